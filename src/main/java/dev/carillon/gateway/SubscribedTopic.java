package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import java.util.List;
import java.util.Optional;

/**
 * What a subscriber learns of one of its topics or patterns when it takes effect.
 *
 * @param mayKeepHistory whether there is or may be a history
 * @param histories of a topic its own, of a pattern those that it matches
 * @param complete whether these are all
 * @param recovered whether nothing that was asked for is missing; empty where nothing was
 */
record SubscribedTopic(
    Pattern pattern,
    boolean mayKeepHistory,
    List<HistoryStart> histories,
    boolean complete,
    Optional<Boolean> recovered) {

  /** One without history. */
  static SubscribedTopic live(Pattern pattern) {
    return new SubscribedTopic(pattern, false, List.of(), true, Optional.empty());
  }

  /** The histories that the subscriber is told of. */
  List<HistoryStart> told() {
    return histories.size() <= HistoryLookup.MAX_POSITIONS
        ? histories
        : histories.subList(0, HistoryLookup.MAX_POSITIONS);
  }
}
