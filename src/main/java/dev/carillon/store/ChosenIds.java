package dev.carillon.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ids that publishers chose within the deduplication window, so that a repeat is known.
 *
 * <p>Confined to the writer thread. What an unfinished transaction adds counts for what follows in
 * it, and is kept or dropped with it. Bounded: past it the oldest ids are forgotten.
 */
final class ChosenIds {
  private final long windowMillis;
  private final int maxIds;
  private final Map<Key, Known> known = new LinkedHashMap<>();
  private final Map<Key, Known> unfinished = new HashMap<>();

  /** An id belongs to one life of a topic's history. */
  record Key(String topic, String epoch, String eventId) {}

  /** What was stored under an id. */
  record Known(long offset, long fingerprint, long timeMillis) {}

  ChosenIds(long windowMillis, int maxIds) {
    this.windowMillis = windowMillis;
    this.maxIds = maxIds;
  }

  Optional<Known> find(Key key, long nowMillis) {
    Known found = unfinished.get(key);
    if (found == null) {
      found = known.get(key);
    }
    return Optional.ofNullable(found).filter(one -> isRemembered(one, nowMillis));
  }

  /** Notes an id of the unfinished transaction. */
  void add(Key key, Known stored) {
    unfinished.put(key, stored);
  }

  /** Takes an id of the unfinished transaction back. */
  void takeBack(Key key) {
    unfinished.remove(key);
  }

  void drop() {
    unfinished.clear();
  }

  void keep() {
    unfinished.forEach(this::load);
    unfinished.clear();
  }

  /** Adds an id that is stored; ids come in the order of their time. */
  void load(Key key, Known stored) {
    if (windowMillis > 0) {
      // Removed first, so that it moves to the end of the order.
      known.remove(key);
      known.put(key, stored);
    }
  }

  int size() {
    return known.size();
  }

  /** Forgets some of what is past the window or the bound; returns what it forgot. */
  List<Key> forget(long nowMillis, int atMost) {
    List<Key> forgotten = new ArrayList<>();
    Iterator<Map.Entry<Key, Known>> oldest = known.entrySet().iterator();
    while (forgotten.size() < atMost && oldest.hasNext()) {
      Map.Entry<Key, Known> entry = oldest.next();
      if (known.size() <= maxIds && isRemembered(entry.getValue(), nowMillis)) {
        break;
      }
      forgotten.add(entry.getKey());
      oldest.remove();
    }
    return forgotten;
  }

  /** Forgets the ids of one life of a history. */
  void forget(String topic, String epoch) {
    known.keySet().removeIf(key -> key.topic().equals(topic) && key.epoch().equals(epoch));
  }

  private boolean isRemembered(Known one, long nowMillis) {
    return nowMillis - one.timeMillis() < windowMillis;
  }
}
