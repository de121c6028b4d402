package dev.carillon.config;

import java.util.Optional;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key the key, {@code http.port}; for a variable that belongs to no key its name, for a file
 *     that can't be read its path
 * @param value the value as JSON, shortened; empty where there is none, or none to be shown
 * @param allowed what is wrong, in the form of what is allowed
 * @param suggestion the known key, variable or word that is nearest
 * @param origin where the value was said
 */
public record ConfigMistake(
    String key,
    Optional<String> value,
    String allowed,
    Optional<String> suggestion,
    Optional<Origin> origin) {

  static ConfigMistake at(String key, String allowed) {
    return new ConfigMistake(key, Optional.empty(), allowed, Optional.empty(), Optional.empty());
  }

  ConfigMistake from(Origin from) {
    return new ConfigMistake(key, value, allowed, suggestion, Optional.of(from));
  }

  ConfigMistake showing(String shown) {
    return new ConfigMistake(key, Optional.of(shown), allowed, suggestion, origin);
  }

  ConfigMistake suggesting(Optional<String> nearest) {
    return new ConfigMistake(key, value, allowed, nearest, origin);
  }

  /** The mistake on one line, whatever the key and the value hold. */
  public String line() {
    StringBuilder line = new StringBuilder(Shown.key(key));
    value.ifPresent(shown -> line.append(" = ").append(shown));
    origin.ifPresent(from -> line.append(" (from ").append(from.place()).append(')'));
    line.append(": ").append(allowed);
    suggestion.ifPresent(nearest -> line.append("; did you mean ").append(nearest).append('?'));
    return Shown.printable(line.toString());
  }

  @Override
  public String toString() {
    return line();
  }
}
