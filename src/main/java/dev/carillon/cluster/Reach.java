package dev.carillon.cluster;

import java.util.Optional;

/**
 * How many nodes a node reaches: enough of them, or it may be on the smaller side of a cut cluster.
 * Written by the relay, read by any thread.
 */
public final class Reach {
  private final int minimum;
  private volatile int linked = 1;

  /**
   * Starts with this node alone.
   *
   * @param minimum nodes, this one among them, that are enough
   */
  public Reach(int minimum) {
    this.minimum = minimum;
  }

  void linked(int nodes) {
    linked = nodes;
  }

  /** Nodes that are reached and that reach this one, itself among them. */
  public int linked() {
    return linked;
  }

  /** Nodes, this one among them, that are enough. */
  public int minimum() {
    return minimum;
  }

  /** Why this node must not store events now, in one line; empty where it may. */
  public Optional<String> refusal() {
    int now = linked;
    return now >= minimum
        ? Optional.empty()
        : Optional.of(
            "this node reaches " + now + " of cluster.minimumMembers = " + minimum + " nodes");
  }
}
