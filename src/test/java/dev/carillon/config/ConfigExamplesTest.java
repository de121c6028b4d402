package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Readme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void documentOfHistoriesShowsAConfiguration(@TempDir Path directory) throws IOException {
    String shown = Readme.blockAfter(Path.of("docs", "history.md"), "# Histories", "json");

    Config config = Loading.config(ConfigSources.NONE.withFile(Loading.file(directory, shown)));

    assertThat(config.topics()).hasSize(1).allMatch(rule -> rule.history().isPresent());
  }

  @Test
  void exampleOfHistoriesShowsEachWayOfASlowSubscriber() {
    Config config = Loading.config(ConfigSources.NONE.withFile(Path.of("conf", "history.json")));

    assertThat(config.store().kind()).isEqualTo(StoreKind.SQLITE);
    assertThat(config.topics())
        .extracting(rule -> rule.history().isPresent(), TopicRule::overflow)
        .contains(
            Assertions.tuple(true, Optional.of(Overflow.CATCH_UP)),
            Assertions.tuple(false, Optional.of(Overflow.CONFLATE)));
  }
}
