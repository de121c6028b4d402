package dev.carillon.store;

import java.util.List;

/** Events that wait to be stored together, and who hears of it. */
record Append(List<NewEvent> events, AppendAnswer answer) {

  /** About what the events take. */
  long bytes() {
    long bytes = 0;
    for (NewEvent event : events) {
      bytes += StoredBytes.of(event.event());
    }
    return bytes;
  }
}
