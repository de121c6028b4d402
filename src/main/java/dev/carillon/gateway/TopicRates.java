package dev.carillon.gateway;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * How many events were published to which topic in the last seconds.
 *
 * <p>Confined to its gateway's event loop, on the way of every event: counting is one look-up.
 */
final class TopicRates {
  /**
   * The time that is looked back, in seconds: short enough to see a change, long enough to read.
   */
  static final int SECONDS = 10;

  /**
   * Topics counted at most. A publisher may name ever new topics; this many take about 2 MB, and an
   * operator who looks for the busy ones misses none. Past the bound new topics are not counted
   * until the least used are forgotten, once a second.
   */
  static final int MAX_TOPICS = 10_000;

  private final int maxTopics;
  private final Map<String, Counts> countsByTopic = new HashMap<>();
  private int second;

  private static final class Counts {
    final int[] bySecond = new int[SECONDS];
    long sum;
  }

  TopicRates() {
    this(MAX_TOPICS);
  }

  TopicRates(int maxTopics) {
    this.maxTopics = maxTopics;
  }

  /** An event was published. */
  void count(String topic) {
    Counts counts = countsByTopic.get(topic);
    if (counts == null) {
      if (countsByTopic.size() >= maxTopics) {
        return;
      }
      counts = new Counts();
      countsByTopic.put(topic, counts);
    }
    counts.bySecond[second]++;
    counts.sum++;
  }

  /** One second has passed. */
  void tick() {
    second = (second + 1) % SECONDS;
    countsByTopic.values().removeIf(this::isSilent);
    int crowded = maxTopics * 3 / 4;
    if (countsByTopic.size() > crowded) {
      forgetLeastUsed(countsByTopic.size() - crowded);
    }
  }

  /** Events published to the topic in the last {@link #SECONDS} seconds. */
  long recent(String topic) {
    Counts counts = countsByTopic.get(topic);
    return counts == null ? 0 : counts.sum;
  }

  /** The first topics with events whose name comes after {@code after}, in order. */
  List<String> topicsAfter(String after, int limit) {
    return countsByTopic.keySet().stream()
        .filter(topic -> topic.compareTo(after) > 0)
        .sorted()
        .limit(limit)
        .toList();
  }

  /** Drops what is older than the time that is looked back; true when nothing is left. */
  private boolean isSilent(Counts counts) {
    counts.sum -= counts.bySecond[second];
    counts.bySecond[second] = 0;
    return counts.sum == 0;
  }

  private void forgetLeastUsed(int topics) {
    long[] sums = countsByTopic.values().stream().mapToLong(counts -> counts.sum).toArray();
    Arrays.sort(sums);
    long least = sums[topics - 1];
    int left = topics;
    Iterator<Counts> all = countsByTopic.values().iterator();
    while (left > 0 && all.hasNext()) {
      if (all.next().sum <= least) {
        all.remove();
        left--;
      }
    }
  }
}
