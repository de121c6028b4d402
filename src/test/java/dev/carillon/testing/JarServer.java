package dev.carillon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built jar, serving in a process of its own. */
public final class JarServer implements AutoCloseable {
  /** A JVM starts within a second or two, on a machine with nothing else to do. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final Pattern LISTENING =
      Pattern.compile("^listening on http://127\\.0\\.0\\.1:(\\d+)$", Pattern.MULTILINE);

  private final Process process;
  private final Path output;
  private final int port;

  private JarServer(Process process, Path output) {
    this.process = process;
    this.output = output;
    try {
      this.port = awaitPort();
    } catch (RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The jar that the build made. */
  public static Path jar() {
    Path jar = Path.of(System.getProperty("carillon.jar", "target/carillon.jar")).toAbsolutePath();
    assertThat(jar).as("made by mvn package").isRegularFile();
    return jar;
  }

  /** Starts on a free port, which the environment asks for; waits until it listens. */
  public static JarServer start(Path folder, String... jvmOptions) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-jar", jar().toString(), "serve"));
    Path output = Files.createTempFile(folder, "serve", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(Map.of("CARILLON_HTTP_PORT", "0", "CARILLON_DRAIN", "1s"));
    return new JarServer(builder.start(), output);
  }

  private int awaitPort() {
    await("the line that says it listens")
        .atMost(DEADLINE)
        .until(() -> LISTENING.matcher(said()).find() || !process.isAlive());
    Matcher listening = LISTENING.matcher(said());
    assertThat(listening.find()).as(said()).isTrue();
    return Integer.parseInt(listening.group(1));
  }

  public int port() {
    return port;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Everything it said, on standard output and standard error. */
  public String said() {
    try {
      return Files.readString(output, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it by SIGTERM and gives its exit code. */
  public int terminate() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(DEADLINE.toSeconds(), SECONDS)).as(said()).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
