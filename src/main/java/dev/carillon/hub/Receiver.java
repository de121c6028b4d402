package dev.carillon.hub;

/**
 * What stands behind a subscriber: a connection, or a handler in the same process.
 *
 * <p>Called on the hub's thread, at the end of a delivery, so it may subscribe, unsubscribe and
 * publish. What it throws is counted and goes to {@link HubListener#failed}; it harms no other
 * subscriber.
 */
public interface Receiver {

  /** Frames wait in the subscriber's queue; take as many as can be sent now. */
  void ready(Subscriber subscriber);

  /**
   * An event found no room and its policy is {@link OverflowPolicy.Disconnect}: the subscriber
   * should be unsubscribed. Comes once, in place of {@link #ready}.
   */
  void overflowed(Subscriber subscriber);
}
