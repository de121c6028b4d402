package dev.carillon.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.NodeJs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the tests of {@code client.js}, {@code src/test/js/*.test.mjs}, with Node's own test runner:
 * over the WebSocket that Node 22 brings, as in browsers, and over the one that {@code client.js}
 * has for older Nodes.
 */
final class ClientJsNodeTest {
  private static final int DEADLINE_SECONDS = 240;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--experimental-websocket", "--no-experimental-websocket"})
  void clientKeepsItsPromises(String webSocket) throws IOException, InterruptedException {
    Path log = folder.resolve("node.log");
    List<String> command = new ArrayList<>();
    command.add(NodeJs.path().toString());
    command.add(webSocket);
    command.add("--test");
    command.add("--test-reporter=tap");
    command.addAll(testFiles());
    Process node =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = node.waitFor(DEADLINE_SECONDS, SECONDS);
    node.destroyForcibly();

    String said = Files.readString(log, UTF_8);
    assertThat(ended).as("node ended within %s s:%n%s", DEADLINE_SECONDS, said).isTrue();
    assertThat(node.exitValue()).as(failures(said)).isZero();
    assertThat(said).containsPattern("(?m)^# pass [1-9]").contains("# skipped 0", "# todo 0");
  }

  private static List<String> testFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/js"))) {
      return files.map(Path::toString).filter(name -> name.endsWith(".test.mjs")).sorted().toList();
    }
  }

  /** What node said of the tests that failed: from each "not ok" to the next "ok". */
  private static String failures(String said) {
    StringBuilder failures = new StringBuilder("node --test src/test/js\n");
    boolean failed = false;
    for (String line : said.lines().toList()) {
      String text = line.strip();
      failed = text.startsWith("not ok ") || (failed && !text.startsWith("ok "));
      if (failed) {
        failures.append(line).append('\n');
      }
    }
    return failures.toString();
  }
}
