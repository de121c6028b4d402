package dev.carillon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.Readme;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's walk-through, word for word, against the jar. */
final class WalkThroughIT {
  private static final int LINES = 6000;

  /** Six seconds of lines, and what the slow subscriber has to catch up with. */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private static final Pattern LINE = Pattern.compile("request (\\d+) took 0*(\\d+) ns");

  @TempDir private Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whatASlowSubscriberGotAndWasToldItLostAddsUpToWhatWasPublished() throws IOException {
    Files.createSymbolicLink(folder.resolve("target"), JarServer.jar().getParent());
    try (JarServer server = JarServer.start(folder)) {
      Process bash = run(Readme.bashAfter("<!-- walk-through -->"), server);
      try {
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(200))
            .untilAsserted(
                () -> {
                  assertThat(received("fast.out")).as(notices()).hasSize(LINES);
                  assertThat(received("slow.out").size() + sum(gaps())).isEqualTo(LINES);
                });
      } finally {
        end(bash);
      }
    }
    assertThat(received("fast.out")).isEqualTo(numbers(1, LINES));
    assertThat(gaps()).isNotEmpty();
    assertThatGapsAreWhereNumbersAreMissing(received("slow.out"), gaps());
  }

  private Process run(String commands, JarServer server) throws IOException {
    // What runs in the background is still bash's child as long as bash waits.
    ProcessBuilder bash =
        new ProcessBuilder("bash", "-c", commands + "\nwait\n")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("bash.out").toFile());
    bash.environment().put("CARILLON_URL", server.url());
    return bash.start();
  }

  /** Ends a process and everything that it started. */
  private static void end(Process process) {
    List<ProcessHandle> tree =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    tree.forEach(ProcessHandle::destroy);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
  }

  // ---- what came

  /** The numbers of the lines that a subscriber printed, as far as they are whole. */
  private List<Integer> received(String file) throws IOException {
    return wholeLines(file).map(WalkThroughIT::number).collect(toList());
  }

  private static int number(String json) {
    JsonObject event = new JsonObject(json);
    assertThat(event.getString("topic")).isEqualTo("logs.app");
    Matcher line = LINE.matcher(event.getString("data"));
    assertThat(line.matches()).as(json).isTrue();
    assertThat(line.group(2)).isEqualTo(line.group(1));
    return Integer.parseInt(line.group(1));
  }

  private List<Integer> gaps() throws IOException {
    return wholeLines("slow.gaps")
        .filter(line -> line.startsWith("{"))
        .map(JsonObject::new)
        .peek(
            gap -> {
              assertThat(gap.getString("type")).isEqualTo("gap");
              assertThat(gap.getString("topic")).isEqualTo("logs.app");
              assertThat(gap.getString("reason")).isEqualTo("queue_full");
            })
        .map(gap -> gap.getInteger("count"))
        .collect(toList());
  }

  private Stream<String> wholeLines(String file) throws IOException {
    Path path = folder.resolve(file);
    String text = Files.exists(path) ? Files.readString(path, UTF_8) : "";
    return text.substring(0, text.lastIndexOf('\n') + 1).lines();
  }

  private String notices() throws IOException {
    return "bash said: " + Files.readString(folder.resolve("bash.out"), UTF_8);
  }

  // ---- what it says

  /** Each run of missing numbers is as long as the gaps that were announced there. */
  private static void assertThatGapsAreWhereNumbersAreMissing(
      List<Integer> received, List<Integer> gaps) {
    assertThat(received).isSorted().doesNotHaveDuplicates();
    Deque<Integer> announced = new ArrayDeque<>(gaps);
    int next = 1;
    for (int number : Stream.concat(received.stream(), Stream.of(LINES + 1)).toList()) {
      int missing = number - next;
      while (missing > 0) {
        assertThat(announced).as("%s missing before %s", missing, number).isNotEmpty();
        missing -= announced.remove();
      }
      assertThat(missing).as("more announced than missing before %s", number).isZero();
      next = number + 1;
    }
    assertThat(announced).as("announced and not missing").isEmpty();
  }

  private static List<Integer> numbers(int first, int last) {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  private static int sum(List<Integer> counts) {
    return counts.stream().mapToInt(Integer::intValue).sum();
  }
}
