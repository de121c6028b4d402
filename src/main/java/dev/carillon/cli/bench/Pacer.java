package dev.carillon.cli.bench;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Wakes publishers when their next event is due, on a thread of its own: timers are too coarse. */
final class Pacer {
  private static final long LONGEST_NAP_NANOS = 1_000_000;
  // Shorter naps cost more than they are exact.
  private static final long SHORTEST_NAP_NANOS = 50_000;

  private final List<BenchPublisher> publishers;
  private final BenchClock clock;
  private final Thread thread = new Thread(this::run, "bench-pacer");
  private volatile boolean closed;

  private Pacer(List<BenchPublisher> publishers, BenchClock clock) {
    this.publishers = publishers;
    this.clock = clock;
  }

  /** Starts where there is a rate to keep; a window needs no clock. */
  static Pacer start(BenchPlan.Pace pace, List<BenchPublisher> publishers, BenchClock clock) {
    Pacer pacer = new Pacer(publishers, clock);
    if (pace instanceof BenchPlan.Rate) {
      pacer.thread.setDaemon(true);
      pacer.thread.start();
    }
    return pacer;
  }

  private void run() {
    while (!closed) {
      long now = clock.nanos();
      long earliest = Long.MAX_VALUE;
      for (BenchPublisher publisher : publishers) {
        long due = publisher.nextNanos(now);
        if (due <= now) {
          publisher.wake();
        } else {
          earliest = Math.min(earliest, due);
        }
      }
      long nap = Math.min(LONGEST_NAP_NANOS, earliest - now);
      LockSupport.parkNanos(Math.max(SHORTEST_NAP_NANOS, nap));
    }
  }

  void close() {
    closed = true;
  }
}
