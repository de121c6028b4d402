package dev.carillon.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carillon.testing.JarServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One node, which may be killed, frozen, drained and started again with the same settings. */
final class NodeProcess implements AutoCloseable {
  /** A JVM of a cluster starts within seconds, on two busy cores within many. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Several nodes share a small machine: little heap, and no compiler that costs more than it
   * gives.
   */
  private static final List<String> JVM =
      List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final NodeSite site;
  private final Path folder;
  private final List<String> settings;
  private final List<Path> outputs = new ArrayList<>();
  private @Nullable Process process;
  private long listensFrom;

  /**
   * Starts nothing yet.
   *
   * @param folder where it says what it says
   * @param settings such as {@code drain=3s}
   */
  NodeProcess(NodeSite site, Path folder, List<String> settings) {
    this.site = site;
    this.folder = folder;
    this.settings = settings;
  }

  NodeSite site() {
    return site;
  }

  /** Starts it without waiting. */
  void launch() throws IOException {
    if (isAlive()) {
      throw new IllegalStateException(site.name() + " runs");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(List.of("-jar", JarServer.jar().toString(), "serve"));
    settings.forEach(setting -> command.addAll(List.of("--set", setting)));
    Path output = folder.resolve(site.name() + "-" + (outputs.size() + 1) + ".log");
    outputs.add(output);
    process =
        new ProcessBuilder(site.within(command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  /** Waits until it says that it listens. */
  void awaitListening() {
    Awaitility.await(site.name() + " listens")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> saidNow().contains("listening on http://") || !isAlive());
    if (!isAlive()) {
      throw new AssertionError(site.name() + " ended:\n" + saidNow());
    }
    listensFrom = System.nanoTime();
  }

  void start() throws IOException {
    launch();
    awaitListening();
  }

  /** When it last began to listen, as {@link System#nanoTime()}. */
  long listensFrom() {
    return listensFrom;
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Ends it in the middle of whatever it does. */
  void kill() throws IOException {
    signal("KILL");
    awaitEnd();
  }

  /** Takes all its threads the processor away; its sockets stay open. */
  void freeze() throws IOException {
    signal("STOP");
  }

  void thaw() throws IOException {
    signal("CONT");
  }

  /** Asks it to drain and end; its exit code. */
  int drain() throws IOException {
    signal("TERM");
    return awaitEnd();
  }

  private void signal(String name) throws IOException {
    Programs.run("kill", "-" + name, String.valueOf(running().pid()));
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException(site.name() + " never started");
    }
    return process;
  }

  private int awaitEnd() throws IOException {
    try {
      if (!running().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(site.name() + " does not end:\n" + saidNow());
      }
      return running().exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What the running process has said, or the last one. */
  String saidNow() {
    return outputs.isEmpty() ? "" : read(outputs.get(outputs.size() - 1));
  }

  private static String read(Path output) {
    try {
      return Files.readString(output, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
