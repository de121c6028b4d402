package dev.carillon.store;

/**
 * Where a history begins and ends.
 *
 * @param first the first offset that is left; {@code last + 1} where none is
 * @param last the offset of the newest event; 0 before the first one
 */
public record HistoryBounds(String topic, String epoch, long first, long last) {

  /** How many events are left. */
  public long events() {
    return last - first + 1;
  }
}
