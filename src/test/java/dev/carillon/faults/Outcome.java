package dev.carillon.faults;

/** What a publisher knows of a publication in the end. Times are {@link System#nanoTime()}. */
sealed interface Outcome {
  /**
   * It was answered by {@code published}.
   *
   * @param offset on a topic with history, else 0
   * @param epoch on a topic with history, else empty
   */
  record Acknowledged(long at, long offset, String epoch) implements Outcome {}

  /** It was answered by an error, so on a topic without history nobody gets it. */
  record Refused(String code) implements Outcome {}

  /** The answer didn't come: nobody knows. */
  record Unknown() implements Outcome {}
}
