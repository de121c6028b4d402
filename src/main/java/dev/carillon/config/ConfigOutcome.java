package dev.carillon.config;

import java.util.List;

/** What came of loading a configuration. */
public sealed interface ConfigOutcome {

  /**
   * A configuration to start with.
   *
   * @param printer shows it
   */
  record Accepted(Config config, ConfigPrinter printer) implements ConfigOutcome {}

  /**
   * Every mistake that was found, at least one; in the order of the layers.
   *
   * @param mistakes one line each, by {@link ConfigMistake#line()}
   */
  record Refused(List<ConfigMistake> mistakes) implements ConfigOutcome {
    public Refused {
      mistakes = List.copyOf(mistakes);
    }
  }
}
