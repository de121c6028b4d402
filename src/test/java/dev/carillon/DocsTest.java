package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for all documents. */
final class DocsTest {
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)");
  private static final Pattern METRIC = Pattern.compile("`(carillon_[a-z_]+)`");

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    for (Path document : documents()) {
      assertThat(found(LINK, document))
          .as("links of %s", document)
          .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
    }
  }

  @Test
  void everyMetricNamedIsOneThatThereIs() throws IOException {
    List<String> known = found(METRIC, Path.of("docs/metrics.md"));
    assertThat(known).isNotEmpty();
    for (Path document : documents()) {
      assertThat(known).as("metrics of %s", document).containsAll(found(METRIC, document));
    }
  }

  @Test
  void benchmarksShowEveryFigureThatIsRecorded() throws IOException {
    Path recorded = Path.of("bench/recorded.json");
    String document = Files.readString(Path.of("docs/benchmarks.md"));
    JsonObject scenarios = new JsonObject(Files.readString(recorded)).getJsonObject("scenarios");
    for (String scenario : scenarios.fieldNames()) {
      for (Object each : scenarios.getJsonObject(scenario).getJsonArray("rows")) {
        JsonObject row = (JsonObject) each;
        String figure =
            String.format(
                Locale.ROOT,
                "**%.2f** (%.2f–%.2f)",
                row.getDouble("median"),
                row.getDouble("least"),
                row.getDouble("most"));
        assertThat(document.lines().toList())
            .as("a line of docs/benchmarks.md for %s of %s", row, scenario)
            .anyMatch(line -> line.contains(row.getString("case")) && line.contains(figure));
      }
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      return Stream.concat(Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")), docs)
          .filter(path -> path.toString().endsWith(".md"))
          .toList();
    }
  }

  private static List<String> found(Pattern pattern, Path document) throws IOException {
    return pattern
        .matcher(Files.readString(document))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
