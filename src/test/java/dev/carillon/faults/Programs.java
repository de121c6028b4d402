package dev.carillon.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the machine to their end. */
final class Programs {
  private static final long PATIENCE_SECONDS = 30;

  private Programs() {}

  /** What it printed; a failure is an error that holds all of it. */
  static String run(String... command) throws IOException {
    return feed("", List.of(command));
  }

  /** The same with this as its standard input. */
  static String feed(String input, List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      }
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("does not end: " + String.join(" ", command));
      }
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said + "\n" + input);
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
    }
  }
}
