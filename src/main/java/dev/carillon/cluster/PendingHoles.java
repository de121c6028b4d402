package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Hole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Events of histories that found no way, to be read from there: one range per topic, however many
 * they are. Holds a bounded number of topics.
 */
final class PendingHoles {
  private final int maxTopics;
  private final Map<String, Hole> byTopic = new LinkedHashMap<>();

  PendingHoles(int maxTopics) {
    this.maxTopics = maxTopics;
  }

  /**
   * Adds an event.
   *
   * @return false where it is of no history, of another life of one that waits already, or where
   *     there is no room: then it is lost
   */
  boolean add(EventFrame frame) {
    return frame.offset() > 0
        && add(new Hole(frame.topic(), frame.epoch(), frame.offset(), frame.offset()));
  }

  /** Adds a hole; false as of {@link #add(EventFrame)}. */
  boolean add(Hole hole) {
    Hole waiting = byTopic.get(hole.topic());
    if (waiting == null) {
      if (byTopic.size() >= maxTopics) {
        return false;
      }
      byTopic.put(hole.topic(), hole);
      return true;
    }
    if (!waiting.epoch().equals(hole.epoch())) {
      return false;
    }
    byTopic.put(hole.topic(), waiting.joined(hole));
    return true;
  }

  boolean isEmpty() {
    return byTopic.isEmpty();
  }

  /** Takes all of them. */
  List<Hole> drain() {
    if (byTopic.isEmpty()) {
      return List.of();
    }
    List<Hole> all = new ArrayList<>(byTopic.values());
    byTopic.clear();
    return all;
  }
}
