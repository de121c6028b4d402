package dev.carillon.cluster;

import dev.carillon.event.Pattern;
import dev.carillon.hub.TopicTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What every consumer asked for, with consumers where a hub has subscribers.
 *
 * @param <C> a consumer
 */
final class InterestTable<C> {
  /** Routes remembered at most; they only save work, so past the bound all are forgotten. */
  private static final int MAX_ROUTES = 1 << 14;

  private final TopicTree<C> tree = new TopicTree<>();
  private final Map<C, Set<Pattern>> wishes = new HashMap<>();
  private final Map<String, List<C>> routes = new HashMap<>();

  /** Returns false where the consumer asks for it already. */
  boolean add(C consumer, Pattern pattern) {
    boolean fresh = wishes.computeIfAbsent(consumer, c -> new HashSet<>()).add(pattern);
    if (fresh) {
      tree.add(pattern, consumer);
      forgetRoutes(pattern);
    }
    return fresh;
  }

  /** Returns false where the consumer does not ask for it. */
  boolean remove(C consumer, Pattern pattern) {
    Set<Pattern> wished = wishes.get(consumer);
    boolean known = wished != null && wished.remove(pattern);
    if (known) {
      tree.remove(pattern, consumer);
      forgetRoutes(pattern);
    }
    return known;
  }

  /** Returns what the consumer asked for. */
  Set<Pattern> removeAll(C consumer) {
    Set<Pattern> wished = wishes.remove(consumer);
    if (wished == null) {
      return Set.of();
    }
    wished.forEach(pattern -> tree.remove(pattern, consumer));
    routes.clear();
    return wished;
  }

  /** Whether anybody asks for exactly this topic or pattern. */
  boolean isAskedFor(Pattern pattern) {
    return tree.count(pattern) > 0;
  }

  /** The consumers that asked for {@code topic}, each once. */
  List<C> route(String topic) {
    List<C> known = routes.get(topic);
    if (known != null) {
      return known;
    }
    List<C> found = new ArrayList<>(1);
    tree.forEachMatch(
        topic,
        consumer -> {
          if (!found.contains(consumer)) {
            found.add(consumer);
          }
        });
    if (routes.size() >= MAX_ROUTES) {
      routes.clear();
    }
    routes.put(topic, found);
    return found;
  }

  /** Different topics and patterns asked for. */
  int size() {
    return tree.size();
  }

  private void forgetRoutes(Pattern changed) {
    if (changed.isExact()) {
      routes.remove(changed.text());
    } else {
      routes.clear();
    }
  }
}
