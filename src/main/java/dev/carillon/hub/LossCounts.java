package dev.carillon.hub;

import dev.carillon.event.GapReason;
import java.util.NoSuchElementException;

/** Lost events, counted by reason. */
final class LossCounts {
  private static final GapReason[] REASONS = GapReason.values();

  private final long[] events = new long[REASONS.length];

  void add(GapReason reason, long count) {
    events[index(reason)] += count;
  }

  void clear(GapReason reason) {
    events[index(reason)] = 0;
  }

  long get(GapReason reason) {
    return events[index(reason)];
  }

  /**
   * The first reason for which something is lost.
   *
   * @throws NoSuchElementException when nothing is
   */
  GapReason first() {
    for (GapReason reason : REASONS) {
      if (get(reason) > 0) {
        return reason;
      }
    }
    throw new NoSuchElementException("nothing is lost");
  }

  long total() {
    long sum = 0;
    for (long count : events) {
      sum += count;
    }
    return sum;
  }

  @SuppressWarnings("EnumOrdinal") // An array in place of an EnumMap: counting makes no objects.
  private static int index(GapReason reason) {
    return reason.ordinal();
  }
}
