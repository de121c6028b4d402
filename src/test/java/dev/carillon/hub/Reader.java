package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.Gap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A reader who holds a queue to its word: of every topic it got the numbers that were published in
 * order, and whatever is missing before a number was announced before it and after the one before.
 *
 * <p>On a topic that conflates an event takes an older one's place: there each key's numbers come
 * in order, and the counts are right in the end.
 *
 * <p>Knows nothing of how a queue works. Numbers count up from 1 in each topic; what was lost on
 * the way to the queue counts as published.
 */
final class Reader {
  private final Set<String> conflating;
  private final Map<String, Long> lastOfKey = new HashMap<>();
  private final Map<String, Long> explained = new HashMap<>();
  private final Map<String, Long> announced = new HashMap<>();
  private long announcedForAll;
  private long owedForAll;
  private long read;
  private long announcedInAll;

  Reader(Set<String> conflating) {
    this.conflating = conflating;
  }

  /** Takes the event that was published as {@code number} of its topic. */
  void event(Event event, long number) {
    read++;
    String topic = event.topic().name();
    assertThat(number).isGreaterThan(lastOfKey.getOrDefault(topic + "/" + event.key(), 0L));
    lastOfKey.put(topic + "/" + event.key(), number);
    if (conflating.contains(topic)) {
      return;
    }
    long missing = number - 1 - explained.getOrDefault(topic, 0L);
    long told = announced.getOrDefault(topic, 0L);
    assertThat(missing)
        .as("missing before %s %d, of which %d were announced", topic, number, told)
        .isGreaterThanOrEqualTo(told);
    // The rest must have been announced together with other topics' losses.
    owedForAll += missing - told;
    assertThat(owedForAll)
        .as("missing before %s %d without a gap of its own", topic, number)
        .isLessThanOrEqualTo(announcedForAll);
    announced.remove(topic);
    explained.put(topic, number);
  }

  void gap(Gap gap) {
    announcedInAll += gap.count();
    if (gap.topic().equals(Gap.MANY_TOPICS)) {
      announcedForAll += gap.count();
    } else {
      announced.merge(gap.topic(), gap.count(), Long::sum);
    }
  }

  /** Nothing is left to read: everything published has come or was announced. */
  void end(Map<String, Long> published) {
    assertThat(read + announcedInAll)
        .isEqualTo(published.values().stream().mapToLong(count -> count).sum());
    published.forEach(
        (topic, number) -> {
          if (!conflating.contains(topic)) {
            owedForAll +=
                number - explained.getOrDefault(topic, 0L) - announced.getOrDefault(topic, 0L);
          }
        });
    if (conflating.isEmpty()) {
      assertThat(owedForAll).as("not explained in the end").isEqualTo(announcedForAll);
    } else {
      assertThat(owedForAll).isLessThanOrEqualTo(announcedForAll);
    }
  }
}
