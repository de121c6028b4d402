package dev.carillon.faults;

/** What came to a subscriber, at {@link System#nanoTime()}. */
sealed interface Entry {
  long at();

  /**
   * An event.
   *
   * @param offset on a topic with history, else 0
   * @param epoch where the event says it, else empty
   */
  record Delivered(long at, Numbered what, long offset, String epoch) implements Entry {}

  /**
   * A gap.
   *
   * @param topic a topic, or a pattern where the server can say no more
   * @param count {@link #UNCOUNTED} where nobody can know it
   * @param from the first offset that is missing, else 0
   * @param to the last one, else 0
   * @param epoch of the history from here on, where it is another one; else empty
   */
  record Missing(long at, String topic, long count, long from, long to, String epoch, String reason)
      implements Entry {
    static final long UNCOUNTED = -1;

    boolean isCounted() {
      return count != UNCOUNTED;
    }
  }
}
