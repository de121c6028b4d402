package dev.carillon.cli.bench;

import dev.carillon.client.ServerUrl;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What to measure.
 *
 * @param subscribers that read as fast as they can
 * @param stalled subscribers more, that never read
 * @param events of all publishers together, without those of the warm-up
 * @param warmup events before them that count for nothing
 * @param pace window or rate
 * @param size bytes of an event's data, {@value #MIN_SIZE} to {@value #MAX_SIZE}
 * @param loops event loops of the generator
 * @param serverPid the server's process, if it runs here
 */
public record BenchPlan(
    ServerUrl server,
    Optional<String> token,
    String topic,
    int subscribers,
    int stalled,
    int publishers,
    long events,
    long warmup,
    Pace pace,
    int size,
    int loops,
    OptionalLong serverPid) {

  /** The smallest size: what a payload must say. */
  public static final int MIN_SIZE = 40;

  /** The largest size: well beyond what servers take by default. */
  public static final int MAX_SIZE = 1 << 20;

  /** When an event is sent. */
  public sealed interface Pace {}

  /**
   * As soon as fewer than this many events are on their way to any of the subscribers.
   *
   * @param events 1 or more
   */
  public record Window(int events) implements Pace {}

  /**
   * At a fixed rate, whatever comes back.
   *
   * @param perSecond of all publishers together
   */
  public record Rate(double perSecond) implements Pace {}

  public BenchPlan {
    require(subscribers >= 1, "subscribers", subscribers, "1 or more");
    require(stalled >= 0, "stalled", stalled, "0 or more");
    require(
        publishers >= 1 && publishers <= Payload.MAX_PUBLISHERS,
        "publishers",
        publishers,
        "1 to " + Payload.MAX_PUBLISHERS);
    require(events >= publishers, "events", events, "one a publisher or more");
    require(warmup >= 0, "warmup", warmup, "0 or more");
    require(events + warmup <= Payload.MAX_EVENTS, "events", events, "up to " + Payload.MAX_EVENTS);
    require(size >= MIN_SIZE && size <= MAX_SIZE, "size", size, MIN_SIZE + " to " + MAX_SIZE);
    require(loops >= 1 && loops <= 1024, "loops", loops, "1 to 1024");
    if (pace instanceof Window window) {
      require(window.events() >= 1, "window", window.events(), "1 or more");
    } else if (pace instanceof Rate rate) {
      require(rate.perSecond() > 0 && rate.perSecond() <= 1e9, "rate", rate.perSecond(), "above 0");
    }
  }

  private static void require(boolean holds, String what, Number value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(what + " " + value + "; allowed: " + allowed);
    }
  }

  /** Events of all publishers, with the warm-up. */
  long allEvents() {
    return events + warmup;
  }

  /** Events of one publisher, with its part of the warm-up. */
  long eventsOf(int publisher) {
    return allEvents() / publishers + (publisher < allEvents() % publishers ? 1 : 0);
  }
}
