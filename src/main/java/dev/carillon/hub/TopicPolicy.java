package dev.carillon.hub;

/**
 * How the events of a topic are queued.
 *
 * @param overflow what happens when there is no room
 * @param maxEvents how many events of the topic may wait in one subscriber's queue, so that a hot
 *     topic cannot push a quiet one out; {@link #UNLIMITED} for no other bound than the queue's own
 */
public record TopicPolicy(OverflowPolicy overflow, int maxEvents) {
  public static final int UNLIMITED = Integer.MAX_VALUE;

  public static final TopicPolicy DEFAULT =
      new TopicPolicy(new OverflowPolicy.DropNewest(), UNLIMITED);

  public TopicPolicy {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("maxEvents " + maxEvents + " is less than 1");
    }
  }

  boolean isLimited() {
    return maxEvents != UNLIMITED;
  }
}
