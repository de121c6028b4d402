package dev.carillon.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a run did and found, as a Markdown file that is whole after each incident. */
final class Report {
  private static final String HEAD =
      """
      | # | fault | took | healed in | acknowledged | refused | unknown | received | announced | uncounted gaps (events) | out of reach | ended with a history | untouched clients: p50 / p99 / max | wrong |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  private final Path file;
  private final String preface;
  private final List<Incident> incidents = new ArrayList<>();
  private final long began = System.nanoTime();

  /**
   * Writes nothing yet.
   *
   * @param preface what stands above the table
   */
  Report(Path file, String preface) {
    this.file = file;
    this.preface = preface;
  }

  void add(Incident incident) throws IOException {
    incidents.add(incident);
    Files.writeString(file, text(), UTF_8);
  }

  List<Incident> wrong() {
    return incidents.stream().filter(incident -> !incident.isRight()).toList();
  }

  private String text() {
    StringBuilder text = new StringBuilder(preface).append('\n');
    text.append(
        "%d faults in %s, %d of them with something wrong.%n%n"
            .formatted(
                incidents.size(),
                minutes(Duration.ofNanos(System.nanoTime() - began)),
                wrong().size()));
    text.append(HEAD);
    for (int i = 0; i < incidents.size(); i++) {
      text.append(row(i + 1, incidents.get(i)));
    }
    for (Incident incident : wrong()) {
      text.append("\n```\n").append(incident).append("\n```\n");
    }
    return text.toString();
  }

  private static String minutes(Duration time) {
    return time.toMinutes() + " min " + time.toSecondsPart() + " s";
  }

  private static String row(int number, Incident incident) {
    Verdict verdict = incident.verdict();
    Latencies untouched = incident.untouched();
    return "| %d | %s | %.1f s | %.1f s | %d | %d | %d | %d | %d | %d (%d) | %d | %d | %s | %d |%n"
        .formatted(
            number,
            incident.fault(),
            incident.took().toMillis() / 1000.0,
            incident.whole().toMillis() / 1000.0,
            incident.published().acknowledged(),
            incident.published().refused(),
            incident.published().unknown(),
            verdict.received(),
            verdict.announced(),
            verdict.uncountedGaps(),
            verdict.uncountedLosses(),
            verdict.outOfReach(),
            verdict.lostWithHistory(),
            untouched.count() == 0
                ? "nobody"
                : "%.1f / %.1f / %.1f ms"
                    .formatted(untouched.p50(), untouched.p99(), untouched.max()),
            incident.failures().size() + verdict.violations().size());
  }
}
