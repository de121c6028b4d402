package dev.carillon.hub;

/** What a full {@link SubscriberQueue} does with the event that finds no room. */
public sealed interface OverflowPolicy {

  /** The event is not queued; what waits keeps its place. */
  record DropNewest() implements OverflowPolicy {}

  /** The oldest events that wait make room, whatever their topic. */
  record DropOldest() implements OverflowPolicy {}

  /**
   * The event takes the place of the waiting one with the same topic and key; an event without a
   * key is about its topic as a whole. Where none waits, the oldest events make room.
   */
  record Conflate() implements OverflowPolicy {}

  /**
   * History topics only: the event is not queued; the subscriber reads on from the history when its
   * socket drains. Events of a topic without history are dropped as by {@link DropNewest}.
   */
  record CatchUp() implements OverflowPolicy {}

  /** The subscriber is told to go: it is too slow for what it asked for. */
  record Disconnect() implements OverflowPolicy {}
}
