package dev.carillon.faults;

import dev.carillon.event.Pattern;
import java.util.List;
import java.util.Map;

/**
 * Everything that came over one connection of a subscriber, in the order it came.
 *
 * @param subscriber whose connection: a subscriber that came back has several recordings
 * @param node where it was connected
 * @param topics what it asked for: topics and patterns
 * @param resumes whether it asked to go on where the recording before ended
 * @param askedAt when it asked, as {@link System#nanoTime()}
 * @param subscribedAt when that was answered
 * @param endedAt when the connection ended, or {@link #OPEN}
 * @param places what the answer said of histories: their last event before the live ones
 */
record Recording(
    String subscriber,
    String node,
    List<String> topics,
    boolean resumes,
    long askedAt,
    long subscribedAt,
    long endedAt,
    Map<String, Place> places,
    List<Entry> entries) {
  static final long OPEN = Long.MAX_VALUE;

  /** A place in a history. */
  record Place(String epoch, long offset) {}

  boolean isOpen() {
    return endedAt == OPEN;
  }

  boolean wants(String topic) {
    return topics.stream().anyMatch(wanted -> covers(wanted, topic));
  }

  /** Whether a topic or pattern covers a topic. */
  static boolean covers(String wanted, String topic) {
    return new Pattern(wanted).matches(topic);
  }

  @Override
  public String toString() {
    return subscriber + " at " + node;
  }
}
