package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import dev.carillon.store.EventStore;
import dev.carillon.store.HistoryBounds;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Finds the histories behind topics and patterns, and where to begin in them. Confined to its
 * gateway's event loop, on which its answers come.
 */
final class HistoryLookup {
  /** Histories of one pattern that a subscriber is told of; with more of them a resume has gaps. */
  static final int MAX_POSITIONS = 200;

  private final NodeHistory history;
  private final int maxTopics;
  private final long deadlineMs;
  private final Context context;

  /**
   * Makes a lookup.
   *
   * @param maxTopics histories that one pattern reads from at most
   * @param deadlineMs how long the store may take
   */
  HistoryLookup(NodeHistory history, int maxTopics, long deadlineMs, Context context) {
    this.history = history;
    this.maxTopics = maxTopics;
    this.deadlineMs = deadlineMs;
    this.context = context;
  }

  /** Whether one of the patterns has, or may have, a history. */
  boolean concerns(List<Pattern> patterns) {
    return patterns.stream().anyMatch(this::concerns);
  }

  private boolean concerns(Pattern pattern) {
    return pattern.isExact()
        ? history.topics().keeps().test(pattern.text())
        : history.topics().mayKeep().test(pattern);
  }

  /**
   * Looks.
   *
   * @return in the order of the patterns; fails when the store can't tell, or not in time
   */
  Future<List<SubscribedTopic>> look(List<Pattern> patterns, HistoryWish wish) {
    List<Future<SubscribedTopic>> found = new ArrayList<>(patterns.size());
    for (Pattern pattern : patterns) {
      found.add(concerns(pattern) ? look(pattern, wish) : live(pattern));
    }
    return Future.all(found)
        .timeout(deadlineMs, TimeUnit.MILLISECONDS)
        .map(done -> found.stream().map(Future::result).toList());
  }

  private static Future<SubscribedTopic> live(Pattern pattern) {
    return Future.succeededFuture(SubscribedTopic.live(pattern));
  }

  private Future<SubscribedTopic> look(Pattern pattern, HistoryWish wish) {
    EventStore store = history.topics().store();
    if (pattern.isExact()) {
      return ask(store.bounds(pattern.text()))
          .map(bounds -> topic(pattern, List.of(bounds), true, wish));
    }
    int limit = wish.reads(pattern) ? maxTopics : MAX_POSITIONS;
    return ask(store.histories(pattern, "", limit + 1))
        .compose(
            listed -> {
              boolean complete = listed.size() <= limit;
              List<HistoryBounds> first = complete ? listed : listed.subList(0, limit);
              return complete
                  ? Future.succeededFuture(topic(pattern, first, true, wish))
                  : named(pattern, first, wish)
                      .map(
                          more ->
                              topic(
                                  pattern,
                                  Stream.concat(first.stream(), more.stream()).toList(),
                                  false,
                                  wish));
            });
  }

  /** The histories that are asked for by name and were not listed. */
  private Future<List<HistoryBounds>> named(
      Pattern pattern, List<HistoryBounds> listed, HistoryWish wish) {
    Set<String> missing = new HashSet<>(wish.named());
    listed.forEach(bounds -> missing.remove(bounds.topic()));
    List<Future<HistoryBounds>> found =
        missing.stream()
            .filter(topic -> pattern.matches(topic) && history.topics().keeps().test(topic))
            .map(topic -> ask(history.topics().store().bounds(topic)))
            .toList();
    return Future.all(found).map(done -> found.stream().map(Future::result).toList());
  }

  private static SubscribedTopic topic(
      Pattern pattern, List<HistoryBounds> histories, boolean complete, HistoryWish wish) {
    List<HistoryStart> starts =
        histories.stream()
            .map(bounds -> HistoryStart.of(bounds, wish.in(bounds, pattern)))
            .toList();
    Optional<Boolean> recovered =
        starts.stream().flatMap(start -> start.recovered().stream()).reduce((a, b) -> a && b);
    if (wish.reads(pattern)) {
      // Of histories that were not looked at nobody can say that nothing is missing.
      recovered = Optional.of(recovered.orElse(true) && complete);
    }
    return new SubscribedTopic(pattern, true, starts, complete, recovered);
  }

  private <T> Future<T> ask(CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage, context);
  }
}
