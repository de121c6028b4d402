package dev.carillon.event;

/**
 * A place in a topic's history: behind the event with this offset.
 *
 * @param epoch one life of the history; offsets of another epoch say nothing about this one
 * @param offset 1, 2, 3 … without holes; 0 is the place before the first event
 */
public record Position(String epoch, long offset) {

  /** The longest epoch, in characters. */
  public static final int MAX_EPOCH_LENGTH = 64;

  public Position {
    if (offset < 0) {
      throw new IllegalArgumentException("an offset of " + offset);
    }
  }
}
