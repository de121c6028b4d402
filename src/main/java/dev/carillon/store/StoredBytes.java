package dev.carillon.store;

import dev.carillon.event.Event;

/** What an event counts for against the bounds of a history and of a store. */
final class StoredBytes {
  /** What stands around the data of every event: time, offset, checksum and the names of fields. */
  static final int ENVELOPE_BYTES = 100;

  private StoredBytes() {}

  /** About the bytes of the event's frame. */
  static long of(Event event) {
    return ENVELOPE_BYTES
        + (long) event.topic().name().length()
        + event.id().length()
        + event.key().map(String::length).orElse(0)
        + event.data().json().length;
  }
}
