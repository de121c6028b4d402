package dev.carillon.hub;

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
  private final Set<GapReason> uncounted = EnumSet.noneOf(GapReason.class);
  private final int maxTopics;
  private long events;

  public PendingGaps(int maxTopics) {
    this.maxTopics = maxTopics;
  }

  /**
   * Adds {@code count} lost events of {@code topic}; {@link Gap#UNKNOWN} of no matter which topic.
   */
  public void add(String topic, GapReason reason, long count) {
    if (count == Gap.UNKNOWN) {
      uncounted.add(reason);
    } else {
      countsOf(topic).add(reason, count);
      events += count;
    }
  }

  public void add(Gap gap) {
    add(gap.topic(), gap.reason(), gap.count());
  }

  /** How many lost events wait to be announced, as far as that is known. */
  public long events() {
    return events;
  }

  public boolean isEmpty() {
    return countsByTopic.isEmpty() && uncounted.isEmpty();
  }

  /** How many gaps are left to {@link #poll} at most. */
  int maxGaps() {
    return countsByTopic.size() * REASONS.length + uncounted.size();
  }

  /** Whether an event of {@code topic} may not be sent before what waits here is announced. */
  boolean precedes(String topic) {
    return countsByTopic.containsKey(topic)
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
    if (!places.hasNext()) {
      GapReason reason = uncounted.iterator().next();
      uncounted.remove(reason);
      return new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, reason);
    }
    Map.Entry<String, LossCounts> place = places.next();
    LossCounts counts = place.getValue();
    GapReason reason = counts.first();
    Gap gap = new Gap(place.getKey(), counts.get(reason), reason);
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
    uncounted.clear();
    events = 0;
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
