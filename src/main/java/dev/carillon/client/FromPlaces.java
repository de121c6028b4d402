package dev.carillon.client;

import dev.carillon.event.Pattern;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one subscribe command says under {@code from}, and what its answer means for the
 * subscriptions that wait for it.
 *
 * <p>Owned by the client's context.
 */
final class FromPlaces {
  /** As many as a server takes with its defaults. */
  static final int MAX_PLACES = 1000;

  private final Map<String, From> places = new LinkedHashMap<>();
  private final Set<String> doubtful = new LinkedHashSet<>();

  private FromPlaces() {}

  /** Nothing: for commands that ask for no events. */
  static FromPlaces none() {
    return new FromPlaces();
  }

  /** Where the subscriptions of these topics want to begin, or are. */
  static FromPlaces of(List<WantedTopic> topics) {
    FromPlaces from = new FromPlaces();
    // By name first: of patterns it can be said that something may be missing.
    topics.stream().filter(topic -> !topic.isPattern()).forEach(from::addTopic);
    topics.stream().filter(WantedTopic::isPattern).forEach(from::addPattern);
    return from;
  }

  private void addTopic(WantedTopic topic) {
    for (Subscription subscription : topic.wantedBy()) {
      Optional<From> place =
          topic.wasConfirmed()
              ? subscription.places().of(topic.name())
              : Optional.ofNullable(subscription.from().get(topic.name()));
      place.ifPresent(from -> putFirst(topic.name(), from));
    }
  }

  private void addPattern(WantedTopic topic) {
    Pattern pattern = new Pattern(topic.name());
    boolean any = false;
    boolean complete = true;
    for (Subscription subscription : topic.wantedBy()) {
      if (!topic.wasConfirmed()) {
        subscription.from().forEach((name, from) -> putMatched(pattern, name, from));
      } else if (subscription.places().hasHistories(topic.name())) {
        any = true;
        complete &= subscription.places().isComplete(topic.name());
        subscription.places().forEach((name, from) -> putMatched(pattern, name, from));
      }
    }
    if (any && complete && !doubtful.contains(topic.name())) {
      // Histories that nobody knew are new: all of their events were missed.
      places.put(topic.name(), new From.Earliest());
    } else if (any) {
      doubtful.add(topic.name());
    }
  }

  private void putMatched(Pattern pattern, String name, From from) {
    if (name.equals(pattern.text())) {
      places.put(name, from);
    } else if (!new Pattern(name).isExact() || !pattern.matches(name)) {
      return;
    } else if (places.size() < MAX_PLACES - 1 || places.containsKey(name)) {
      putFirst(name, from);
    } else {
      doubtful.add(pattern.text());
    }
  }

  /** Where several subscriptions are, where the first of them is; each passes over what it has. */
  private void putFirst(String topic, From from) {
    From other = places.get(topic);
    boolean earlier =
        other instanceof From.Earliest
            || (other instanceof From.Behind here
                && from instanceof From.Behind there
                && here.epoch().equals(there.epoch())
                && here.offset() <= there.offset());
    if (!earlier) {
      places.put(topic, from);
    }
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  /** As the protocol says it. */
  JsonObject json() {
    JsonObject json = new JsonObject();
    places.forEach((topic, from) -> json.put(topic, From.json(from)));
    return json;
  }

  /** Topics and patterns of whose histories something may be missing that no server can tell. */
  Set<String> doubtful() {
    return doubtful;
  }

  /** Tells the subscriptions of these topics what the server has answered. */
  void note(Map<String, WantedTopic> topics, JsonArray answer) {
    for (int i = 0; i < answer.size(); i++) {
      if (answer.getValue(i) instanceof JsonObject told) {
        WantedTopic topic = topics.get(told.getString("topic", ""));
        if (topic != null) {
          topic.wantedBy().forEach(subscription -> note(subscription.places(), topic, told));
        }
      }
    }
  }

  private void note(Places known, WantedTopic topic, JsonObject told) {
    Optional<From> wish = Optional.ofNullable(places.get(topic.name()));
    if (told.getValue("positions") instanceof JsonObject positions) {
      known.toldOf(topic.name(), Boolean.TRUE.equals(told.getValue("complete")));
      for (String name : positions.fieldNames()) {
        if (positions.getValue(name) instanceof JsonObject position) {
          Optional<From> own = Optional.ofNullable(places.get(name));
          told(known, name, position, own.or(() -> wish));
        }
      }
    } else if (!told(known, topic.name(), told, wish) && known.forget(topic.name())) {
      // It kept history and keeps none now; what was missed meanwhile nobody has.
      doubtful.add(topic.name());
    }
  }

  private static boolean told(
      Places known, String topic, JsonObject position, Optional<From> wish) {
    if (position.getValue("epoch") instanceof String epoch
        && position.getValue("offset") instanceof Number offset) {
      known.told(topic, epoch, offset.longValue(), wish);
      return true;
    }
    return false;
  }
}
