package dev.carillon.event;

/**
 * Events of one topic that a subscriber did not get.
 *
 * @param topic their topic; {@link #MANY_TOPICS} where so many topics lost events at once that they
 *     are announced together
 * @param count how many; {@link #UNKNOWN} where nobody can know
 */
public record Gap(String topic, long count, GapReason reason) {
  /**
   * Losses of many topics were counted together on the way to several subscribers: that one of them
   * may have missed events is known, how many is not. Clients see {@code null}.
   */
  public static final long UNKNOWN = 0;

  /** What stands for the topic where many topics' losses are announced together. */
  public static final String MANY_TOPICS = ">";

  public Gap {
    if (count < 0) {
      throw new IllegalArgumentException("a gap of " + count + " events");
    }
  }

  /** Whether it is known how many events are missing. */
  public boolean isCounted() {
    return count != UNKNOWN;
  }
}
