package dev.carillon.cluster;

import java.util.List;

/**
 * How a node sees itself and the others.
 *
 * @param interest what it wants
 * @param linked nodes that it reaches and that reach it, itself among them
 * @param links to the others
 */
public record NodeView(InterestSum interest, int linked, List<LinkView> links) {
  /** Of a node that is part of no cluster. */
  static final NodeView ALONE = new NodeView(InterestSum.NONE, 1, List.of());

  /** How a link is. */
  public enum State {
    /** The node is there, and both know what the other wants. */
    UP,
    /** The node is a member, and is not heard or does not answer. */
    DOWN,
    /** The node is gone, perhaps to come back: what it misses is counted. */
    SUSPENDED
  }

  /**
   * A link to one other node.
   *
   * @param inFlightBytes of events sent and not taken
   * @param windowBytes that may be in flight now
   * @param lagMs how long the oldest of it has been on its way
   * @param events sent so far
   * @param lost events that found no room, and that no history has
   * @param resent messages that had to be sent again
   * @param interest what this node believes that the other wants
   * @param heardMs how long ago it was heard
   */
  public record LinkView(
      ClusterMember member,
      State state,
      long inFlightBytes,
      long windowBytes,
      long lagMs,
      long events,
      long lost,
      long resent,
      InterestSum interest,
      long heardMs) {}
}
