package dev.carillon.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * What the subscribers of one event loop saw. Written by that loop; {@link #settled} read by all.
 */
final class LoopNumbers {
  private static final long MAX_NANOS = 3_600_000_000_000L;

  final Histogram latencyNanos = new Histogram(MAX_NANOS, 3);
  long delivered;
  long counted;
  long announced;
  long outOfOrder;
  long closed;
  long lastNanos;
  String closeReason = "";

  // Deliveries that arrived or were announced as lost: nobody waits for them any more.
  private volatile long settled;

  void latency(long nanos) {
    latencyNanos.recordValue(Math.max(0, Math.min(nanos, MAX_NANOS)));
  }

  /** Makes what the loop has counted so far known to the others. */
  void publish() {
    settled = delivered + announced;
  }

  long settled() {
    return settled;
  }
}
