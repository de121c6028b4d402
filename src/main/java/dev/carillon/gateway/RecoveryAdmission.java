package dev.carillon.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Lets subscribers that come back begin to read at a bounded rate, first come, first served: ten
 * thousand at once must not take the event loop from those who are live.
 *
 * <p>Confined to its gateway's event loop. Who waits is connected, so they are bounded.
 */
final class RecoveryAdmission {
  /** How often waiting ones are let in. */
  static final long TICK_MS = 10;

  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final LongSupplier nanoTime;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private double tokens;
  private long filledAtNanos;

  /**
   * Makes a full one.
   *
   * @param perSecond let in, over time; as many may come at once
   */
  RecoveryAdmission(double perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.tokens = Math.max(1, perSecond * TICK_MS / 1000);
    this.filledAtNanos = nanoTime.getAsLong();
  }

  /** Runs {@code begin}, now or at a later {@link #tick}. */
  void admit(Runnable begin) {
    waiting.addLast(begin);
    tick();
  }

  /** Lets in whose turn it is; returns whether some still wait. */
  boolean tick() {
    long now = nanoTime.getAsLong();
    // A second's worth may be saved up.
    tokens =
        Math.min(
            Math.max(1, perSecond), tokens + perSecond * (now - filledAtNanos) / NANOS_PER_SECOND);
    filledAtNanos = now;
    while (tokens >= 1 && !waiting.isEmpty()) {
      tokens--;
      waiting.removeFirst().run();
    }
    return !waiting.isEmpty();
  }

  int waiting() {
    return waiting.size();
  }
}
