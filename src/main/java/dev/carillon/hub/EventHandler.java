package dev.carillon.hub;

import dev.carillon.event.Event;
import dev.carillon.event.Gap;

/**
 * What a subscriber of a {@link SharedHub} does with its events.
 *
 * <p>Called off the hub's thread, one call at a time and in order, so it may take its time and may
 * use the hub. What it throws goes to the uncaught-exception handler of the thread that ran it; the
 * next event follows.
 */
@FunctionalInterface
public interface EventHandler {

  /** Takes the next event. */
  void handle(Event event);

  /** Events are missing; called before the next event of their topic. */
  default void lost(Gap gap) {}

  /**
   * An event found no room and its policy is {@link OverflowPolicy.Disconnect}: the subscriber has
   * been unsubscribed. The last call.
   */
  default void overflowed() {}
}
