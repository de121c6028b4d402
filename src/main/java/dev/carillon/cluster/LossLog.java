package dev.carillon.cluster;

/**
 * Losses of one way that the log has not told yet: the first at once, and what follows together, so
 * that a way that loses all the time takes a line in ten seconds. Owned by the relay's event loop.
 */
final class LossLog {
  private static final long EVERY_NANOS = 10_000_000_000L;

  private long lastTotal;
  private long events;
  private boolean more;
  private long toldNanos;

  /** Begins with nothing lost. */
  LossLog(long now) {
    this.toldNanos = now - EVERY_NANOS;
  }

  void add(long lost) {
    events += lost;
  }

  /** Some were lost, and nobody knows how many. */
  void addUncounted() {
    more = true;
  }

  /** Adds what a counter has grown by since it was given last. */
  void upTo(long total) {
    events += total - lastTotal;
    lastTotal = total;
  }

  /** Whether there is something to tell, and the last line is old enough. */
  boolean isDue(long now) {
    return (events > 0 || more) && now - toldNanos >= EVERY_NANOS;
  }

  /** What is to be told; it counts as told. */
  String tell(long now) {
    String text = events == 0 ? "events=unknown" : "events=" + events + (more ? " and more" : "");
    events = 0;
    more = false;
    toldNanos = now;
    return text;
  }
}
