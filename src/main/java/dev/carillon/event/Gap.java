package dev.carillon.event;

/**
 * Events of one topic that a subscriber did not get.
 *
 * @param topic their topic; {@link #MANY_TOPICS} where so many topics lost events at once that they
 *     are announced together
 * @param count how many; {@link #UNKNOWN} where nobody can know
 * @param from the first missing offset on a topic with history; {@link #NO_OFFSET} elsewhere and
 *     where what is missing can't be told as one range
 * @param to the last missing offset, or {@link #NO_OFFSET}. Where newer events took the place of
 *     older ones, offsets between the two may have come
 * @param epoch the history that begins behind the gap, where it is another one; else empty
 */
public record Gap(String topic, long count, GapReason reason, long from, long to, String epoch) {
  /**
   * Losses of many topics were counted together on the way to several subscribers: that one of them
   * may have missed events is known, how many is not. Clients see {@code null}.
   */
  public static final long UNKNOWN = 0;

  /** What stands for an offset where there is none. */
  public static final long NO_OFFSET = 0;

  /** What stands for the topic where many topics' losses are announced together. */
  public static final String MANY_TOPICS = ">";

  public Gap {
    if (count < 0) {
      throw new IllegalArgumentException("a gap of " + count + " events");
    }
    if (from < 0 || to < from || (from == NO_OFFSET && to != NO_OFFSET)) {
      throw new IllegalArgumentException("a gap from " + from + " to " + to);
    }
  }

  /** A gap on a topic without history. */
  public Gap(String topic, long count, GapReason reason) {
    this(topic, count, reason, NO_OFFSET, NO_OFFSET, "");
  }

  /** Offsets that the history no longer has, both ends included. */
  public static Gap ofHistory(String topic, long from, long to) {
    return new Gap(topic, to - from + 1, GapReason.HISTORY_LOST, from, to, "");
  }

  /** The history is another one from here on; what is missing before it nobody knows. */
  public static Gap ofEpoch(String topic, String epoch) {
    return new Gap(topic, UNKNOWN, GapReason.HISTORY_LOST, NO_OFFSET, NO_OFFSET, epoch);
  }

  /** Whether it is known how many events are missing. */
  public boolean isCounted() {
    return count != UNKNOWN;
  }

  /** Whether it is known which offsets are missing. */
  public boolean hasRange() {
    return from != NO_OFFSET;
  }
}
