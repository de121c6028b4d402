package dev.carillon.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What gaps said of one subscription's histories, so that an event that an operator brings back is
 * told from a repeat.
 *
 * <p>Owned by the client's context. Holds {@link #MAX_RANGES}; past it those of the topic that lost
 * some first go, and what is brought back of them passes for a repeat.
 */
final class LostOffsets {
  static final int MAX_RANGES = 1000;

  /** By topic, in the order in which topics lost something; the last offset by the first. */
  private final Map<String, NavigableMap<Long, Long>> byTopic = new LinkedHashMap<>();

  private int ranges;

  /** Takes note of a gap, if it tells exactly which offsets are lost. */
  void add(ReceivedGap gap) {
    if (gap.from().isPresent() && gap.to().isPresent()) {
      long from = gap.from().getAsLong();
      long to = gap.to().getAsLong();
      // Fewer than the range has: others in it have come.
      if (gap.count().equals(OptionalLong.of(to - from + 1))) {
        add(gap.topic(), from, to);
      }
    }
  }

  /** Whether the offset is lost; from now on it is not. */
  boolean takeOut(String topic, long offset) {
    NavigableMap<Long, Long> lost = byTopic.get(topic);
    Map.Entry<Long, Long> range = lost == null ? null : lost.floorEntry(offset);
    if (lost == null || range == null || range.getValue() < offset) {
      return false;
    }
    lost.remove(range.getKey());
    ranges--;
    if (range.getKey() < offset) {
      add(topic, range.getKey(), offset - 1);
    }
    if (offset < range.getValue()) {
      add(topic, offset + 1, range.getValue());
    }
    if (lost.isEmpty()) {
      byTopic.remove(topic);
    }
    return true;
  }

  /** The topic's history is another one, or of no more interest. */
  void forget(String topic) {
    NavigableMap<Long, Long> lost = byTopic.remove(topic);
    ranges -= lost == null ? 0 : lost.size();
  }

  private void add(String topic, long from, long to) {
    if (byTopic.computeIfAbsent(topic, made -> new TreeMap<>()).put(from, to) == null) {
      ranges++;
    }
    if (ranges > MAX_RANGES) {
      forget(byTopic.keySet().iterator().next());
    }
  }
}
