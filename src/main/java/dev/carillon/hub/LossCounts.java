package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Lost events, counted by reason, and for one topic with history which offsets they had. */
final class LossCounts {
  private static final GapReason[] REASONS = GapReason.values();

  private final long[] events = new long[REASONS.length];

  /** First and last offset by reason; made at the first loss that has an offset. */
  private long @Nullable [] ranges;

  void add(GapReason reason, long count) {
    events[index(reason)] += count;
  }

  /** Adds events and, where they are known and go on from what is here, their offsets. */
  void add(GapReason reason, long count, long from, long to) {
    int at = index(reason);
    boolean first = events[at] == 0;
    events[at] += count;
    if (first && from != Gap.NO_OFFSET) {
      range()[2 * at] = from;
      range()[2 * at + 1] = to;
    } else if (ranges != null) {
      if (from > ranges[2 * at + 1] && ranges[2 * at] != Gap.NO_OFFSET) {
        ranges[2 * at + 1] = to;
      } else {
        // Another history began in between: one range can't tell both.
        ranges[2 * at] = Gap.NO_OFFSET;
        ranges[2 * at + 1] = Gap.NO_OFFSET;
      }
    }
  }

  void clear(GapReason reason) {
    events[index(reason)] = 0;
    if (ranges != null) {
      ranges[2 * index(reason)] = Gap.NO_OFFSET;
      ranges[2 * index(reason) + 1] = Gap.NO_OFFSET;
    }
  }

  long get(GapReason reason) {
    return events[index(reason)];
  }

  /** The gap of one topic that announces what is lost for {@code reason}. */
  Gap gap(String topic, GapReason reason) {
    int at = index(reason);
    return ranges == null
        ? new Gap(topic, events[at], reason)
        : new Gap(topic, events[at], reason, ranges[2 * at], ranges[2 * at + 1], "");
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

  private long[] range() {
    long[] made = ranges;
    if (made == null) {
      made = new long[2 * REASONS.length];
      ranges = made;
    }
    return made;
  }

  @SuppressWarnings("EnumOrdinal") // An array in place of an EnumMap: counting makes no objects.
  private static int index(GapReason reason) {
    return reason.ordinal();
  }
}
