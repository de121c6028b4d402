package dev.carillon.cli.bench;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** How far a run is, over all loops: what may be sent, what is settled. Safe for all threads. */
final class BenchCourse {
  private static final double NANOS_A_SECOND = 1e9;

  private final BenchPlan plan;
  private final BenchClock clock;
  private final List<LoopNumbers> loops;
  private final Runnable onFirstCounted;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Map<String, Long> refusals = new ConcurrentHashMap<>();
  private final AtomicBoolean counting = new AtomicBoolean();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private volatile long beganNanos;
  private volatile long countingSinceNanos;
  private volatile long lastSentNanos;
  private volatile List<BenchPublisher> publishers = List.of();

  BenchCourse(BenchPlan plan, BenchClock clock, List<LoopNumbers> loops, Runnable onFirstCounted) {
    this.plan = plan;
    this.clock = clock;
    this.loops = loops;
    this.onFirstCounted = onFirstCounted;
  }

  void begin(List<BenchPublisher> all) {
    beganNanos = clock.nanos();
    publishers = all;
    all.forEach(BenchPublisher::wake);
  }

  /** How many more events may go now. */
  long mayGo() {
    return plan.pace() instanceof BenchPlan.Window window
        ? window.events() - (sent.get() - settled() / plan.subscribers())
        : Long.MAX_VALUE;
  }

  /** Deliveries that nobody waits for any more, and those that will never be. */
  long settled() {
    long total = refused.get() * plan.subscribers();
    for (LoopNumbers loop : loops) {
      total += loop.settled();
    }
    return total;
  }

  /** When a publisher's event is meant to be sent. */
  long intendedNanos(int publisher, long event, long now) {
    if (plan.pace() instanceof BenchPlan.Rate rate) {
      double nth = (double) event * plan.publishers() + publisher;
      return beganNanos + (long) (nth / rate.perSecond() * NANOS_A_SECOND);
    }
    return now;
  }

  void sent(long now, boolean counts) {
    sent.incrementAndGet();
    lastSentNanos = now;
    if (counts && counting.compareAndSet(false, true)) {
      countingSinceNanos = now;
      onFirstCounted.run();
    }
  }

  /** A publish was refused: it will never be delivered. */
  void refused(String code) {
    refused.incrementAndGet();
    refusals.merge(code, 1L, Long::sum);
    onSettled();
  }

  /** Some deliveries arrived. */
  void onSettled() {
    if (settled() >= plan.allEvents() * plan.subscribers()) {
      ended.complete("");
    } else if (plan.pace() instanceof BenchPlan.Window && mayGo() > 0) {
      publishers.forEach(BenchPublisher::wake);
    }
  }

  /** Going on is no use. */
  void fail(String why) {
    ended.complete(why);
  }

  /** Empty when everything is settled, else why not. */
  CompletableFuture<String> ended() {
    return ended;
  }

  long sent() {
    return sent.get();
  }

  Map<String, Long> refusals() {
    return Map.copyOf(refusals);
  }

  long refused() {
    return refused.get();
  }

  long countingSinceNanos() {
    return countingSinceNanos;
  }

  long lastSentNanos() {
    return lastSentNanos;
  }
}
