package dev.carillon.event;

/** Why a subscriber did not get events. */
public enum GapReason {
  /** The subscriber's queue, or the topic's share of it, had no room. */
  QUEUE_FULL("queue_full"),
  /** A newer event of the same key took the place of the missing ones. */
  CONFLATED("conflated"),
  /** The history no longer has the events, or is another one. */
  HISTORY_LOST("history_lost"),
  /** They did not get through from another node. */
  CLUSTER_LOSS("cluster_loss"),
  /** The node as a whole was out of room. */
  OVERLOAD("overload");

  private final String code;

  GapReason(String code) {
    this.code = code;
  }

  /** The word clients see. */
  public String code() {
    return code;
  }
}
