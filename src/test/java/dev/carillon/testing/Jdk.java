package dev.carillon.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JDK or JRE of this machine.
 *
 * @param major its version, such as 17
 * @param java the program
 */
public record Jdk(int major, Path java) {
  private static final Pattern VERSION =
      Pattern.compile("^JAVA_VERSION=\"(\\d+)", Pattern.MULTILINE);

  /** The newest of those that lie beside the one that runs the tests, and that one. */
  public static Jdk newest() throws IOException {
    Path running = Path.of(System.getProperty("java.home")).toRealPath();
    try (Stream<Path> beside = Files.list(running.resolveSibling("."))) {
      return beside
          .flatMap(home -> at(home).stream())
          .max(Comparator.comparingInt(Jdk::major))
          .orElse(new Jdk(Runtime.version().feature(), running.resolve("bin/java")));
    }
  }

  private static Optional<Jdk> at(Path home) {
    Path java = home.resolve("bin/java");
    try {
      Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
      return version.find() && Files.isExecutable(java)
          ? Optional.of(new Jdk(Integer.parseInt(version.group(1)), java))
          : Optional.empty();
    } catch (IOException e) {
      // Not a JDK.
      return Optional.empty();
    }
  }
}
