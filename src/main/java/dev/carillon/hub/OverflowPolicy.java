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

  /** The subscriber is told to go: it is too slow for what it asked for. */
  record Disconnect() implements OverflowPolicy {}
}
