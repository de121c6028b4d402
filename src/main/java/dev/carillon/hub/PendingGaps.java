package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Losses that wait to be announced: one counter per topic and reason, however many events they
 * count.
 *
 * <p>Holds {@code maxTopics} places; the last one is for the losses of all further topics, which
 * are counted together and announced under {@link Gap#MANY_TOPICS}.
 */
public final class PendingGaps {
  private static final GapReason[] REASONS = GapReason.values();

  private final Map<String, LossCounts> countsByTopic = new LinkedHashMap<>();
  private final Map<String, Gap> newHistories = new LinkedHashMap<>();
  private final Set<GapReason> uncounted = EnumSet.noneOf(GapReason.class);
  private final int maxTopics;
  private long events;

  public PendingGaps(int maxTopics) {
    this.maxTopics = maxTopics;
  }

  /** Adds {@code count} lost events of {@code topic}, which keeps no history. */
  public void add(String topic, GapReason reason, long count) {
    countsOf(topic).add(reason, count);
    events += count;
  }

  /** Adds an event. */
  public void add(EventFrame frame, GapReason reason) {
    add(frame.topic(), reason, 1, frame.offset(), frame.offset());
  }

  /**
   * Adds a gap. One without a count is announced behind those that have one; where it is not about
   * another history, under {@link Gap#MANY_TOPICS}.
   */
  public void add(Gap gap) {
    if (gap.isCounted()) {
      add(gap.topic(), gap.reason(), gap.count(), gap.from(), gap.to());
    }
    if (!gap.epoch().isEmpty() && hasPlaceForHistory(gap.topic())) {
      newHistories.put(gap.topic(), Gap.ofEpoch(gap.topic(), gap.epoch()));
    } else if (!gap.isCounted() || !gap.epoch().isEmpty()) {
      uncounted.add(gap.reason());
    }
  }

  /** How many lost events wait to be announced, as far as that is known. */
  public long events() {
    return events;
  }

  public boolean isEmpty() {
    return countsByTopic.isEmpty() && newHistories.isEmpty() && uncounted.isEmpty();
  }

  /** How many gaps are left to {@link #poll} at most. */
  int maxGaps() {
    return countsByTopic.size() * REASONS.length + newHistories.size() + uncounted.size();
  }

  /** Whether an event of {@code topic} may not be sent before what waits here is announced. */
  boolean precedes(String topic) {
    return countsByTopic.containsKey(topic)
        || newHistories.containsKey(topic)
        || countsByTopic.containsKey(Gap.MANY_TOPICS)
        || !uncounted.isEmpty();
  }

  /**
   * Takes the next gap: in the order of the topics' first loss, what nobody can count last.
   *
   * @throws NoSuchElementException when none is left
   */
  Gap poll() {
    Iterator<Map.Entry<String, LossCounts>> places = countsByTopic.entrySet().iterator();
    if (!places.hasNext() && !newHistories.isEmpty()) {
      return newHistories.remove(newHistories.keySet().iterator().next());
    }
    if (!places.hasNext()) {
      GapReason reason = uncounted.iterator().next();
      uncounted.remove(reason);
      return new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, reason);
    }
    Map.Entry<String, LossCounts> place = places.next();
    LossCounts counts = place.getValue();
    GapReason reason = counts.first();
    Gap gap = counts.gap(place.getKey(), reason);
    counts.clear(reason);
    events -= gap.count();
    if (counts.total() == 0) {
      places.remove();
    }
    return gap;
  }

  /** Gives every gap as {@link #poll} does. */
  public void drain(Consumer<Gap> gaps) {
    while (!isEmpty()) {
      gaps.accept(poll());
    }
  }

  void clear() {
    countsByTopic.clear();
    newHistories.clear();
    uncounted.clear();
    events = 0;
  }

  private void add(String topic, GapReason reason, long count, long from, long to) {
    LossCounts counts = countsOf(topic);
    if (countsByTopic.containsKey(topic)) {
      counts.add(reason, count, from, to);
    } else {
      counts.add(reason, count);
    }
    events += count;
  }

  private boolean hasPlaceForHistory(String topic) {
    return newHistories.size() < maxTopics || newHistories.containsKey(topic);
  }

  private LossCounts countsOf(String topic) {
    @Nullable LossCounts counts = countsByTopic.get(topic);
    if (counts != null) {
      return counts;
    }
    // One place is kept for the topics that are counted together.
    String place = countsByTopic.size() < maxTopics - 1 ? topic : Gap.MANY_TOPICS;
    return countsByTopic.computeIfAbsent(place, t -> new LossCounts());
  }
}
