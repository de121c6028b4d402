package dev.carillon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a configuration comes from, weakest first: the defaults, a file, the environment, options
 * of the command line.
 *
 * @param file the JSON file, if any
 * @param environment the variables, of which those that begin with {@code CARILLON_} count
 * @param options in the order in which they were given; a later one overrides an earlier one
 */
public record ConfigSources(
    Optional<Path> file, Map<String, String> environment, List<Option> options) {

  /**
   * A key and its value on the command line.
   *
   * @param name the option's name, for messages: {@code --set}, {@code --port}
   * @param assignment {@code key=value}
   */
  public record Option(String name, String assignment) {}

  /** Nothing but the defaults. */
  public static final ConfigSources NONE = new ConfigSources(Optional.empty(), Map.of(), List.of());

  public ConfigSources {
    environment = Map.copyOf(environment);
    options = List.copyOf(options);
  }

  /** The same with a file. */
  public ConfigSources withFile(Path path) {
    return new ConfigSources(Optional.of(path), environment, options);
  }

  /** The same with variables, such as {@link System#getenv()}. */
  public ConfigSources withEnvironment(Map<String, String> variables) {
    return new ConfigSources(file, variables, options);
  }

  /** The same with one more {@code --set key=value}. */
  public ConfigSources set(String assignment) {
    return option("--set", assignment);
  }

  /**
   * The same with one more option that stands for a key: {@code option("--port",
   * "http.port=9000")}.
   */
  public ConfigSources option(String name, String assignment) {
    List<Option> more = new ArrayList<>(options);
    more.add(new Option(name, assignment));
    return new ConfigSources(file, environment, more);
  }
}
