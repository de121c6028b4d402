package dev.carillon.cli;

import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** A line on standard error that is written over twice a second, where somebody is watching. */
final class ProgressLine implements AutoCloseable {
  private static final long EVERY_MS = 500;
  private static final String ERASE = "\r\u001b[K";

  private final Vertx vertx;
  private final Shell shell;
  private final boolean shown;
  private final Supplier<String> line;
  private final long timer;

  private ProgressLine(Vertx vertx, Shell shell, boolean shown, Supplier<String> line) {
    this.vertx = vertx;
    this.shell = shell;
    this.shown = shown;
    this.line = line;
    this.timer = shown ? vertx.setPeriodic(EVERY_MS, ignored -> show()) : -1;
  }

  static ProgressLine start(Vertx vertx, Shell shell, boolean quiet, Supplier<String> line) {
    return new ProgressLine(vertx, shell, shell.errIsTerminal() && !quiet, line);
  }

  private void show() {
    shell.err().print(ERASE + line.get());
    shell.err().flush();
  }

  /** What it would say now. */
  String last() {
    return line.get();
  }

  @Override
  public void close() {
    if (shown) {
      vertx.cancelTimer(timer);
      shell.err().print(ERASE);
      shell.err().flush();
    }
  }
}
