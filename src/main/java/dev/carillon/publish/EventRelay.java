package dev.carillon.publish;

import dev.carillon.event.EventFrame;
import java.util.List;

/** Where published events go. Called on the publisher's event loop. */
public interface EventRelay {

  /**
   * Passes events on, in their order, without waiting.
   *
   * @param taken runs later on the same event loop, once all hubs that wanted the events have them
   */
  void relay(List<EventFrame> frames, Runnable taken);

  /** Runs {@code action} when this turn of the event loop has read all it had to read. */
  void atEndOfTick(Runnable action);
}
