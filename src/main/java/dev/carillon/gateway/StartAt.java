package dev.carillon.gateway;

import dev.carillon.event.Position;

/** Where in a history a subscriber wants to begin. */
sealed interface StartAt {

  /** Behind a place that it knows. */
  record Behind(Position position) implements StartAt {}

  /** With the first event that is left. */
  record Earliest() implements StartAt {}

  /**
   * With the newest events.
   *
   * @param events how many at most; at least 1
   */
  record Last(long events) implements StartAt {}
}
