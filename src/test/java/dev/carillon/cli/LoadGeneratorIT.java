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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The load generators in {@code bench/}, clients that share no code with us, against the jar. */
@Needs(Tool.C_COMPILER)
final class LoadGeneratorIT {
  private static final int SUBSCRIBERS = 50;
  private static final int EVENTS = 400;
  private static final long DEADLINE_SECONDS = 60;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1;",
        "1; --stream=/v1/stream?topic=bench.%T",
        "5; --topics=20 --topics-each=4",
        "1; --slow=5",
      })
  void everySubscriberGetsEveryEventOfItsTopicsInOrder(int groups, @Nullable String more)
      throws IOException, InterruptedException {
    JsonObject report =
        measure(
            "fanbench",
            "--json --subscribers=%d --events=%d --window=16 --publish={\"type\":\"publish\",\"topic\":\"bench.%%T\",\"data\":%%P} "
                    .formatted(SUBSCRIBERS, EVENTS)
                + "--subscribe={\"type\":\"subscribe\",\"id\":1,\"topics\":[\"bench.%T\"]} "
                + (more == null ? "" : more));
    assertThat(report.getLong("delivered")).isEqualTo((long) SUBSCRIBERS * EVENTS / groups);
    assertThat(report.getLong("missing")).isZero();
    assertThat(report.getLong("disordered")).isZero();
  }

  @Test
  void everyPublishIsAnsweredByItsNumber() throws IOException, InterruptedException {
    JsonObject report =
        measure(
            "pubbench",
            "--events=%d --publish={\"type\":\"publish\",\"id\":%%N,\"topic\":\"bench\",\"data\":%%P} "
                    .formatted(EVENTS)
                + "--answer=\"type\":\"published\",\"id\":%N,");
    assertThat(report.getLong("answered")).isEqualTo((long) EVENTS);
  }

  /** What a generator reports of a server of its own; it fails where something is missing. */
  private JsonObject measure(String generator, String arguments)
      throws IOException, InterruptedException {
    Path program = compile(generator);
    Process server = start(jar());
    try {
      String target = " --path=/v1/ws --port=%d --server=%d ".formatted(port(server), server.pid());
      return new JsonObject(run(List.of((program + target + arguments).trim().split(" "))));
    } finally {
      server.destroy();
      assertThat(server.waitFor(DEADLINE_SECONDS, SECONDS)).isTrue();
    }
  }

  private Path compile(String generator) throws IOException, InterruptedException {
    Path program = folder.resolve(generator);
    String warnings = "-Wall -Wextra -Werror -Wconversion -Wno-format-nonliteral";
    run(
        List.of(
            "%s -O1 %s -o %s bench/%s.c bench/client.c"
                .formatted(Tool.C_COMPILER.path(), warnings, program, generator)
                .split(" ")));
    return program;
  }

  private static List<String> jar() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String jar = System.getProperty("carillon.jar", "target/carillon.jar");
    return List.of(java, "-Xmx64m", "-jar", jar, "serve", "--port", "0");
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
