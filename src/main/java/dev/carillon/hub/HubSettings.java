package dev.carillon.hub;

import java.util.function.Function;

/**
 * What a {@link Hub} needs to know.
 *
 * @param limits the bounds of each subscriber's queue
 * @param maxBytes the bytes that all queues of the hub together keep waiting at most; an event that
 *     waits for many subscribers counts once
 * @param policies the policy of a topic, asked once per topic while the hub remembers its audience
 */
public record HubSettings(
    QueueLimits limits, long maxBytes, Function<String, TopicPolicy> policies) {

  /** Default limits, no more than 64 MiB waiting, {@code drop-newest} everywhere. */
  public static final HubSettings DEFAULT =
      new HubSettings(QueueLimits.DEFAULT, 64L << 20, topic -> TopicPolicy.DEFAULT);

  public HubSettings {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes " + maxBytes + " is less than 1");
    }
  }
}
