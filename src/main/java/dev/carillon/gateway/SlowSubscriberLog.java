package dev.carillon.gateway;

import dev.carillon.hub.HubListener;
import dev.carillon.hub.Ledger;
import dev.carillon.hub.Subscriber;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts slow subscribers and names them to the operator: when their queue is three quarters full,
 * and at their first loss; then no more than one line per subscriber and minute.
 */
final class SlowSubscriberLog implements HubListener {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.subscribers");
  private static final long QUIET_NANOS = 60_000_000_000L;

  /** Subscribers remembered for the rate limit at most; the oldest are forgotten first. */
  private static final int MAX_REMEMBERED = 10_000;

  private final LongSupplier nanoTime;
  private final GatewayCounts counts;
  private final Map<String, Spoken> spoken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Spoken> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  private record Spoken(long atNanos, boolean ofLoss) {}

  SlowSubscriberLog(LongSupplier nanoTime, GatewayCounts counts) {
    this.nanoTime = nanoTime;
    this.counts = counts;
  }

  @Override
  public void nearlyFull(Subscriber subscriber) {
    counts.slow();
    if (mayLog(subscriber, false)) {
      log("subscriber is slow", subscriber);
    }
  }

  @Override
  public void lost(Subscriber subscriber) {
    if (mayLog(subscriber, true)) {
      log("subscriber is losing events", subscriber);
    }
  }

  @Override
  public void failed(Subscriber subscriber, RuntimeException failure) {
    LOG.error("subscriber failed id={}", subscriber.id(), failure);
  }

  private boolean mayLog(Subscriber subscriber, boolean ofLoss) {
    Spoken last = spoken.get(subscriber.id());
    long now = nanoTime.getAsLong();
    boolean firstLoss = ofLoss && (last == null || !last.ofLoss());
    if (last != null && !firstLoss && now - last.atNanos() < QUIET_NANOS) {
      return false;
    }
    spoken.put(subscriber.id(), new Spoken(now, ofLoss || (last != null && last.ofLoss())));
    return true;
  }

  private static void log(String what, Subscriber subscriber) {
    Ledger ledger = subscriber.queue().ledger();
    LOG.warn(
        "{} id={} topics={} queued={} queuedBytes={} dropped={}",
        what,
        subscriber.id(),
        topics(subscriber),
        ledger.queued(),
        subscriber.queue().bytes(),
        ledger.lost());
  }

  /** The first few, so that a line stays a line. */
  private static String topics(Subscriber subscriber) {
    int count = subscriber.patternCount();
    return count <= 3
        ? subscriber.patterns().toString()
        : subscriber.patterns().subList(0, 3) + "+" + (count - 3);
  }
}
