package dev.carillon.client;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Where one subscription is in the histories of its topics, so that it can go on there.
 *
 * <p>Owned by the client's context. Holds up to {@link #MAX_TOPICS} topics, as many as a server
 * tells of one pattern; past it a pattern can't be resumed without doubt.
 */
final class Places {
  static final int MAX_TOPICS = 200;

  private static final long UNKNOWN = -1;

  private final Map<String, Place> byTopic = new HashMap<>();
  private boolean complete = true;
  private boolean histories;

  /**
   * A place.
   *
   * @param offset of the last event that came, or was announced as lost; {@link #UNKNOWN} before
   *     the first one
   */
  record Place(String epoch, long offset) {
    boolean isKnown() {
      return offset != UNKNOWN;
    }

    JsonObject json() {
      return new JsonObject().put("epoch", epoch).put("offset", offset);
    }
  }

  /** Whether every history of its topics is known, so that new ones can be told from old ones. */
  boolean isComplete() {
    return complete;
  }

  /** Whether its patterns match topics with history, or may. */
  boolean hasHistories() {
    return histories;
  }

  void mayHaveHistories() {
    histories = true;
  }

  /** The place in a topic, once an event or the server has told it. */
  Optional<Place> of(String topic) {
    return Optional.ofNullable(byTopic.get(topic)).filter(Place::isKnown);
  }

  void forEach(BiConsumer<String, Place> places) {
    byTopic.forEach(
        (topic, place) -> {
          if (place.isKnown()) {
            places.accept(topic, place);
          }
        });
  }

  /** Takes note of an event; answers whether it is new. */
  boolean take(ReceivedEvent event) {
    if (event.offset().isEmpty()) {
      return true;
    }
    long offset = event.offset().getAsLong();
    Place known = byTopic.get(event.topic());
    boolean otherEpoch =
        event.epoch().isPresent() && (known == null || !event.epoch().get().equals(known.epoch()));
    if (otherEpoch) {
      put(event.topic(), new Place(event.epoch().get(), offset));
      return true;
    }
    if (known == null) {
      // Of a topic that is not tracked.
      complete = false;
      return true;
    }
    if (known.isKnown() && offset <= known.offset()) {
      return false;
    }
    byTopic.put(event.topic(), new Place(known.epoch(), offset));
    return true;
  }

  /** Takes note of a gap: a later resume begins behind it. */
  void take(ReceivedGap gap) {
    Place known = byTopic.get(gap.topic());
    if (gap.epoch().isPresent()) {
      put(gap.topic(), new Place(gap.epoch().get(), 0));
    } else if (known != null && gap.to().isPresent() && gap.to().getAsLong() > known.offset()) {
      byTopic.put(gap.topic(), new Place(known.epoch(), gap.to().getAsLong()));
    }
  }

  /**
   * Takes the server's word on where a history stands.
   *
   * @param comes whether events up to there are still to come
   */
  void told(String topic, String epoch, long last, boolean comes) {
    Place known = byTopic.get(topic);
    if (known != null && known.epoch().equals(epoch) && known.isKnown()) {
      return;
    }
    if (!comes) {
      put(topic, new Place(epoch, last));
    } else {
      // Where another life of it begins a gap will say.
      put(topic, new Place(epoch, known == null ? UNKNOWN : 0));
    }
  }

  /** There are more histories than the server tells. */
  void incomplete() {
    complete = false;
  }

  private void put(String topic, Place place) {
    if (byTopic.size() >= MAX_TOPICS && !byTopic.containsKey(topic)) {
      complete = false;
    } else {
      byTopic.put(topic, place);
    }
  }
}
