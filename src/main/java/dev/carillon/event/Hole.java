package dev.carillon.event;

/**
 * Events of a history that did not come the way of live events, and that are to be read from the
 * history: nothing is lost with them.
 *
 * @param epoch the life of the history that the offsets belong to
 * @param from the first offset that did not come
 * @param to the last one
 */
public record Hole(String topic, String epoch, long from, long to) {
  public Hole {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException("a hole from " + from + " to " + to);
    }
  }

  /** Both holes and what is between them; the same history. */
  public Hole joined(Hole other) {
    return new Hole(topic, epoch, Math.min(from, other.from), Math.max(to, other.to));
  }
}
