package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigExamplesTest {

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsACompleteConfiguration(Path example) {
    assertThat(Loading.load(ConfigSources.NONE.withFile(example)))
        .isInstanceOf(ConfigOutcome.Accepted.class);
  }

  @Test
  void localExampleSaysTheDefaultsOutLoud() {
    assertThat(Loading.config(ConfigSources.NONE.withFile(Path.of("conf", "local.json"))))
        .isEqualTo(Loading.config(ConfigSources.NONE));
  }
}
