package dev.carillon.gateway;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Judges what the Autobahn test suite reported; the build runs the suite before. */
final class AutobahnReportIT {
  private static final Path REPORTS =
      Path.of(System.getProperty("carillon.target", "target"), "autobahntestsuite-reports");

  /** Cases 1 to 7 and 10 of the suite's version 0.1.5. */
  private static final int CASES = 247;

  @Test
  void everyFrameIsAnsweredAsRfc6455Says() throws IOException {
    assumeFalse(Boolean.getBoolean("autobahn.skip"), "-Dautobahn.skip=true");
    Map<String, String> behaviors = behaviors();
    assertThat(behaviors).hasSize(CASES);
    assertThat(behaviors)
        .allSatisfy(
            (id, behavior) ->
                assertThat(behavior.split(" ", -1))
                    .as(id)
                    .isSubsetOf("OK", "NON-STRICT", "INFORMATIONAL"));
  }

  /** By case, how it ended and how the connection closed. */
  private static Map<String, String> behaviors() throws IOException {
    try (Stream<Path> files = Files.list(REPORTS)) {
      return files
          .filter(file -> file.toString().matches(".*_case_[0-9_]+\\.json"))
          .map(AutobahnReportIT::read)
          .collect(
              toMap(
                  report -> report.getString("id"),
                  report -> report.getString("behavior") + " " + report.getString("behaviorClose"),
                  (one, other) -> one + " " + other,
                  TreeMap::new));
    }
  }

  private static JsonObject read(Path file) {
    try {
      return new JsonObject(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
