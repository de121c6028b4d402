package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A shell whose every stream the test holds. */
final class TestShell {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PipedOutputStream keyboard = new PipedOutputStream();
  private final AtomicReference<Runnable> onStop = new AtomicReference<>(() -> {});
  private final InputStream in;
  private OutputStream standardOutput = out;
  private boolean terminal;

  TestShell() throws IOException {
    in = new PipedInputStream(keyboard, 1 << 16);
  }

  TestShell withTerminal() {
    terminal = true;
    return this;
  }

  /** Standard output that the test wants for itself. */
  TestShell withOutput(OutputStream output) {
    standardOutput = output;
    return this;
  }

  /** Runs a command to its end; answers its exit code. */
  int run(String... arguments) {
    return Carillon.run(shell(), arguments);
  }

  /** Runs a command beside the test. */
  CompletableFuture<Integer> start(String... arguments) {
    Shell shell = shell();
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread thread = new Thread(() -> exit.complete(Carillon.run(shell, arguments)), "command");
    thread.setDaemon(true);
    thread.start();
    return exit;
  }

  private Shell shell() {
    return new Shell(
        in,
        standardOutput,
        new PrintWriter(err, true, StandardCharsets.UTF_8),
        terminal,
        onStop::set,
        () -> {});
  }

  static int exitOf(CompletableFuture<Integer> command) throws Exception {
    return command.get(20, TimeUnit.SECONDS);
  }

  /** Types; the command sees it at once. */
  TestShell type(String text) throws IOException {
    keyboard.write(text.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
    return this;
  }

  /** Ends standard input. */
  void endOfInput() throws IOException {
    keyboard.close();
  }

  /** What SIGTERM does. */
  void stop() {
    Objects.requireNonNull(onStop.get()).run();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  List<String> outLines() {
    return out().lines().toList();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  List<String> errLines() {
    return err().lines().toList();
  }

  void awaitOutLines(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(outLines()).hasSizeGreaterThanOrEqualTo(count));
  }

  void awaitErr(String text) {
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(err()).contains(text));
  }
}
