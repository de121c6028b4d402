package dev.carillon.publish;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Position;
import java.util.List;

/** Where published events go. Called on the publisher's event loop unless said otherwise. */
public interface EventRelay {

  /**
   * Passes events on, in their order, without waiting.
   *
   * @param taken runs later on the same event loop, once all hubs that wanted the events have them
   */
  void relay(List<EventFrame> frames, Runnable taken);

  /**
   * Prepares to pass events on from another thread, which is the one that knows their order.
   *
   * @param taken runs later on this event loop, once all hubs that wanted the events have them
   */
  Ticket prepare(Runnable taken);

  /**
   * Says that an event is stored which somebody published again: perhaps its first answer got lost,
   * and with it the way to those who wait for it.
   */
  void storedAgain(String topic, Position position);

  /** Runs {@code action} when this turn of the event loop has read all it had to read. */
  void atEndOfTick(Runnable action);

  /** Runs {@code action} on the publisher's event loop, later. For any thread. */
  void execute(Runnable action);

  /** The right to pass events on once. Used once, in one of the two ways. */
  interface Ticket {

    /**
     * Passes events on, in their order and in that of the calls, without waiting. For any thread.
     */
    void relay(List<EventFrame> frames);

    /** Gives the right back: nothing will be passed on. */
    void cancel();
  }
}
