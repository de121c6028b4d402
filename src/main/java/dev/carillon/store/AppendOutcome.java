package dev.carillon.store;

import dev.carillon.event.Event;
import java.util.List;

/** What became of an append. */
public sealed interface AppendOutcome {

  /**
   * The events are stored.
   *
   * @param events in the order of the append
   */
  record Stored(List<StoredEvent> events) implements AppendOutcome {}

  /**
   * One event of a stored append.
   *
   * @param event with its position; a repeat has the one of the first
   * @param repeat whether the event was stored before, and so was not stored again
   */
  record StoredEvent(Event event, boolean repeat) {}

  /**
   * Nothing is stored: an id was used for other content within the window.
   *
   * @param index of the first such event
   */
  record Conflict(int index) implements AppendOutcome {}

  /**
   * Nothing is stored; the same append may succeed later.
   *
   * @param reason one line for people
   */
  record Unavailable(String reason) implements AppendOutcome {}
}
