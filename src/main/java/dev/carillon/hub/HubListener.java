package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;

/**
 * Hears of subscribers that are in trouble. Called on the hub's thread in the middle of a delivery,
 * so it must not call the hub.
 */
public interface HubListener {

  /** Hears nothing. */
  HubListener NONE = new HubListener() {};

  /** Three quarters of the subscriber's queue are in use. */
  default void nearlyFull(Subscriber subscriber) {}

  /** The subscriber lost an event; called for each delivery that loses one. */
  default void lost(Subscriber subscriber) {}

  /** The subscriber will not get this event, other than by an operator. */
  default void dropped(Subscriber subscriber, EventFrame frame, GapReason reason) {}

  /** Subscribers read from the history: {@link Hub#readOn} should be called soon. */
  default void readOnSoon() {}

  /** The subscriber's receiver threw. */
  default void failed(Subscriber subscriber, RuntimeException failure) {}
}
