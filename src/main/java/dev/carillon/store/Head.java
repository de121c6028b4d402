package dev.carillon.store;

/**
 * What a store knows of one history without looking at its events.
 *
 * @param id the topic's number in a database; 0 where it has none yet
 * @param first the first offset that is still stored
 * @param last the offset of the newest event; 0 before the first one
 * @param bytes of the stored events together, about
 * @param usedMillis when the newest event was stored
 */
record Head(
    long id, String topic, String epoch, long first, long last, long bytes, long usedMillis) {

  /** The history of a topic that was never used. */
  static Head unused(String topic, String epoch) {
    return new Head(0, topic, epoch, 1, 0, 0, 0);
  }

  Head withId(long number) {
    return new Head(number, topic, epoch, first, last, bytes, usedMillis);
  }

  Head renamed(String name) {
    return new Head(id, name, epoch, first, last, bytes, usedMillis);
  }

  Head withEpoch(String other) {
    return new Head(id, topic, other, first, last, bytes, usedMillis);
  }

  /** One more event. */
  Head append(long eventBytes, long nowMillis) {
    return new Head(id, topic, epoch, first, last + 1, bytes + eventBytes, nowMillis);
  }

  /** The events before {@code newFirst} are gone. */
  Head trim(long newFirst, long bytesGone) {
    return new Head(id, topic, epoch, newFirst, last, Math.max(0, bytes - bytesGone), usedMillis);
  }

  long events() {
    return last - first + 1;
  }

  /** What readers see: never more than the rule allows, although removing comes later. */
  HistoryBounds bounds(HistoryRule rule) {
    long allowed = last - rule.maxEvents() + 1;
    return new HistoryBounds(topic, epoch, Math.max(first, allowed), last);
  }
}
