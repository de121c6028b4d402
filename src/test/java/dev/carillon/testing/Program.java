package dev.carillon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs programs of the machine that end by themselves. */
public final class Program {
  private static final int DEADLINE_SECONDS = 60;

  private Program() {}

  /**
   * What a program left behind.
   *
   * @param said standard output and standard error
   */
  public record Ended(int exitCode, String said) {}

  /**
   * Runs one to its end.
   *
   * @param folder for its output
   * @param environment more variables
   */
  public static Ended run(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile(folder, "program", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(DEADLINE_SECONDS, SECONDS)).as("%s ends", command).isTrue();
      return new Ended(process.exitValue(), Files.readString(said, UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The same for one that has to succeed; gives what it said. */
  public static String succeeds(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Ended ended = run(folder, environment, command);
    assertThat(ended.exitCode()).as("%s says %s", command, ended.said()).isZero();
    return ended.said();
  }
}
