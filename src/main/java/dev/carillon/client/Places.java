package dev.carillon.client;

import dev.carillon.event.Pattern;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Where one subscription is in the histories of its topics, so that it can go on there.
 *
 * <p>Owned by the client's context. Holds the topics that were asked for by name, and up to {@link
 * #MAX_MATCHED} that patterns matched; past it a pattern can't be resumed without doubt.
 */
final class Places {
  static final int MAX_MATCHED = 1000;

  private static final long NOTHING_CAME = -1;

  private final Set<String> exact;
  private final List<Pattern> patterns;
  private final Map<String, Place> byTopic = new HashMap<>();
  private final LostOffsets lost = new LostOffsets();
  private final Set<String> withHistories = new HashSet<>();
  private final Set<String> doubtful = new HashSet<>();

  /**
   * A place.
   *
   * @param offset of the last event that came, or was announced as lost; {@link #NOTHING_CAME}
   *     where all that is left is still to come
   */
  private record Place(String epoch, long offset) {
    boolean isBehind(long other) {
      return offset >= other;
    }

    From resume() {
      return offset == NOTHING_CAME ? new From.Earliest() : new From.Behind(epoch, offset);
    }
  }

  Places(Set<String> exact, List<Pattern> patterns) {
    this.exact = exact;
    this.patterns = patterns;
  }

  /** Where to go on in a topic; empty where it is not known to keep history. */
  Optional<From> of(String topic) {
    return Optional.ofNullable(byTopic.get(topic)).map(Place::resume);
  }

  /** Where to go on in each history that is known. */
  void forEach(BiConsumer<String, From> places) {
    byTopic.forEach((topic, place) -> places.accept(topic, place.resume()));
  }

  /** The places behind an event or a gap. */
  Map<String, From.Behind> positions() {
    Map<String, From.Behind> positions = new HashMap<>();
    forEach(
        (topic, from) -> {
          if (from instanceof From.Behind place) {
            positions.put(topic, place);
          }
        });
    return Map.copyOf(positions);
  }

  /** Whether a pattern is known to match, or maybe to match later, topics with history. */
  boolean hasHistories(String pattern) {
    return withHistories.contains(pattern);
  }

  /** Whether every history of a pattern is known, so that new ones can be told from old ones. */
  boolean isComplete(String pattern) {
    return !doubtful.contains(pattern);
  }

  /** Takes note of an event; answers whether it is new, or was lost and is brought back. */
  boolean take(ReceivedEvent event) {
    if (event.offset().isEmpty()) {
      return true;
    }
    String topic = event.topic();
    long offset = event.offset().getAsLong();
    Place known = byTopic.get(topic);
    if (event.epoch().isPresent()
        && (known == null || !event.epoch().get().equals(known.epoch()))) {
      put(topic, new Place(event.epoch().get(), offset));
      return true;
    }
    if (known == null) {
      doubt(topic);
      return true;
    }
    if (known.isBehind(offset)) {
      return lost.takeOut(topic, offset);
    }
    byTopic.put(topic, new Place(known.epoch(), offset));
    return true;
  }

  /** Takes note of a gap: a later resume begins behind it. */
  void take(ReceivedGap gap) {
    Place known = byTopic.get(gap.topic());
    if (gap.epoch().isPresent()) {
      put(gap.topic(), new Place(gap.epoch().get(), 0));
      return;
    }
    lost.add(gap);
    if (known != null && gap.to().isPresent() && !known.isBehind(gap.to().getAsLong())) {
      byTopic.put(gap.topic(), new Place(known.epoch(), gap.to().getAsLong()));
    }
  }

  /**
   * Takes the server's word on where a history stands.
   *
   * @param last the offset of the last event before live ones
   * @param wish where the server was asked to begin; empty for live events only
   */
  void told(String topic, String epoch, long last, Optional<From> wish) {
    Place known = byTopic.get(topic);
    if (known == null || !known.epoch().equals(epoch)) {
      put(topic, new Place(epoch, wish.map(from -> begin(from, epoch, last)).orElse(last)));
    }
  }

  private static long begin(From from, String epoch, long last) {
    if (from instanceof From.Last newest) {
      // Not the newest ones again after a break: then more would be left out than was asked for.
      return Math.max(0, last - newest.events());
    }
    if (from instanceof From.Behind behind && behind.epoch().equals(epoch)) {
      return Math.min(behind.offset(), last);
    }
    return NOTHING_CAME;
  }

  /**
   * Takes the server's word on the histories of a pattern.
   *
   * @param complete whether it is about to tell all of them
   */
  void toldOf(String pattern, boolean complete) {
    withHistories.add(pattern);
    if (complete) {
      doubtful.remove(pattern);
    } else {
      doubtful.add(pattern);
    }
  }

  /** The server says that a topic or pattern keeps no history; answers whether it did before. */
  boolean forget(String name) {
    doubtful.remove(name);
    lost.forget(name);
    boolean tracked = byTopic.remove(name) != null;
    return withHistories.remove(name) || tracked;
  }

  /** Begins with a topic or pattern where another subscription is with it. */
  void join(String name, Places other) {
    if (other.withHistories.contains(name)) {
      toldOf(name, other.isComplete(name));
    }
    Pattern pattern = new Pattern(name);
    other.byTopic.forEach(
        (topic, place) -> {
          if (pattern.matches(topic) && !byTopic.containsKey(topic)) {
            put(topic, place);
          }
        });
  }

  private void put(String topic, Place place) {
    Place known = byTopic.get(topic);
    if (known != null && !known.epoch().equals(place.epoch())) {
      lost.forget(topic);
    }
    if (exact.contains(topic)
        || byTopic.containsKey(topic)
        || byTopic.size() < exact.size() + MAX_MATCHED) {
      byTopic.put(topic, place);
    } else {
      doubt(topic);
    }
  }

  /** Events of a topic come whose place can't be told afterwards. */
  private void doubt(String topic) {
    for (Pattern pattern : patterns) {
      if (pattern.matches(topic)) {
        doubtful.add(pattern.text());
      }
    }
  }
}
