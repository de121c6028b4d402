package dev.carillon.event;

/**
 * A place in a topic's history: behind the event with this offset.
 *
 * @param epoch one life of the history, in letters, digits and hyphens; offsets of another epoch
 *     say nothing about this one
 * @param offset 1, 2, 3 … without holes; 0 is the place before the first event
 */
public record Position(String epoch, long offset) {

  public Position {
    if (offset < 0) {
      throw new IllegalArgumentException("an offset of " + offset);
    }
  }
}
