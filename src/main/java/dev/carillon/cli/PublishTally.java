package dev.carillon.cli;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** What became of the events of one run of {@code publish}. Safe for all threads. */
final class PublishTally {
  private static final int NAMED_FAILURES = 5;

  private final Shell shell;
  private final long beganNanos = System.nanoTime();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  PublishTally(Shell shell) {
    this.shell = shell;
  }

  void sent() {
    sent.incrementAndGet();
  }

  void acknowledged() {
    acknowledged.incrementAndGet();
  }

  /** Counts a failure, and names it if it is among the first. */
  void failed(String place, String why) {
    long number = failed.incrementAndGet();
    if (number <= NAMED_FAILURES) {
      shell.say((shell.errIsTerminal() ? "\r\u001b[K" : "") + place + ": " + why);
    }
    if (number == NAMED_FAILURES + 1) {
      shell.say("more failures are counted, not named");
    }
  }

  long failures() {
    return failed.get();
  }

  /** Where things stand, in one line. */
  String line() {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    long open = sent.get() - acknowledged.get() - failed.get();
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%,d acknowledged", acknowledged.get()));
    if (failed.get() > 0) {
      line.append(String.format(Locale.ROOT, ", %,d failed", failed.get()));
    }
    if (open > 0) {
      line.append(String.format(Locale.ROOT, ", %,d not yet acknowledged", open));
    }
    line.append(
        String.format(
            Locale.ROOT,
            " in %.1f s, %,.0f/s",
            seconds,
            acknowledged.get() / Math.max(seconds, 1e-3)));
    return line.toString();
  }
}
