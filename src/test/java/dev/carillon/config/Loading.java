package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads configurations in tests, on a host that is named {@code testhost}. */
final class Loading {
  static final Schema SCHEMA = Schema.load();

  private Loading() {}

  static ConfigOutcome load(ConfigSources sources) {
    return ConfigLoader.load(sources, SCHEMA, () -> "testhost");
  }

  static ConfigOutcome.Accepted accepted(ConfigSources sources) {
    ConfigOutcome outcome = load(sources);
    assertThat(outcome).isInstanceOf(ConfigOutcome.Accepted.class);
    return (ConfigOutcome.Accepted) outcome;
  }

  static Config config(ConfigSources sources) {
    return accepted(sources).config();
  }

  static List<String> mistakes(ConfigSources sources) {
    ConfigOutcome outcome = load(sources);
    assertThat(outcome).isInstanceOf(ConfigOutcome.Refused.class);
    return ((ConfigOutcome.Refused) outcome).mistakes().stream().map(ConfigMistake::line).toList();
  }

  /** Writes {@code c.json}; mistakes name it by its whole path. */
  static Path file(Path directory, String json) {
    return file(directory, json.getBytes(StandardCharsets.UTF_8));
  }

  static Path file(Path directory, byte[] json) {
    try {
      return Files.write(directory.resolve("c.json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
