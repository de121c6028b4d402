package dev.carillon.cli;

import dev.carillon.config.ConfigLoader;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import java.io.PrintWriter;

/** Mistakes of a configuration, a line each. */
final class ConfigMistakes {
  private ConfigMistakes() {}

  static ConfigOutcome load(ConfigSources sources) {
    return ConfigLoader.load(sources);
  }

  static void print(ConfigOutcome outcome, PrintWriter err) {
    if (outcome instanceof ConfigOutcome.Refused refused) {
      refused.mistakes().forEach(mistake -> err.println(mistake.line()));
      err.flush();
    }
  }
}
