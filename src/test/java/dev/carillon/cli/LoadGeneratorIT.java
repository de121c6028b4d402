package dev.carillon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Needs;
import dev.carillon.testing.Tool;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load generator in {@code bench/}, a client that shares no code with us, against the jar. */
@Needs(Tool.C_COMPILER)
final class LoadGeneratorIT {
  private static final int SUBSCRIBERS = 50;
  private static final int EVENTS = 400;
  private static final long DEADLINE_SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void everySubscriberGetsEveryEventInOrder() throws IOException, InterruptedException {
    Path generator = compile();
    Process server = start(jar());
    try {
      JsonObject report = new JsonObject(run(load(generator, server)));
      assertThat(report.getLong("delivered")).isEqualTo((long) SUBSCRIBERS * EVENTS);
      assertThat(report.getLong("missing")).isZero();
      assertThat(report.getLong("disordered")).isZero();
    } finally {
      server.destroy();
      assertThat(server.waitFor(DEADLINE_SECONDS, SECONDS)).isTrue();
    }
  }

  private Path compile() throws IOException, InterruptedException {
    Path program = folder.resolve("fanbench");
    String warnings = "-Wall -Wextra -Werror -Wconversion -Wno-format-nonliteral";
    run(
        List.of(
            "%s -O1 %s -o %s bench/fanbench.c"
                .formatted(Tool.C_COMPILER.path(), warnings, program)
                .split(" ")));
    return program;
  }

  private static List<String> jar() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String jar = System.getProperty("carillon.jar", "target/carillon.jar");
    return List.of(java, "-Xmx64m", "-jar", jar, "serve", "--port", "0");
  }

  private static List<String> load(Path generator, Process server) throws IOException {
    return List.of(
        generator.toString(),
        "--json",
        "--port=" + port(server),
        "--server=" + server.pid(),
        "--subscribers=" + SUBSCRIBERS,
        "--events=" + EVENTS,
        "--window=16",
        "--path=/v1/ws",
        "--subscribe={\"type\":\"subscribe\",\"id\":1,\"topics\":[\"bench\"]}",
        "--publish={\"type\":\"publish\",\"topic\":\"bench\",\"data\":%P}");
  }

  private static int port(Process server) throws IOException {
    BufferedReader output = server.inputReader(UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher listening = Pattern.compile("listening on http://[^:]+:(\\d+)").matcher(line);
      if (listening.find()) {
        return Integer.parseInt(listening.group(1));
      }
      said.append(line).append('\n');
    }
    throw new IOException("the server ended before it listened:\n" + said);
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = start(command);
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(DEADLINE_SECONDS, SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
