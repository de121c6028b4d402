package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import dev.carillon.store.HistoryBounds;
import java.util.Optional;
import java.util.Set;

/** Where a subscriber wants to begin in the histories that its patterns match. */
interface HistoryWish {

  /** Live events only. */
  HistoryWish LIVE =
      new HistoryWish() {
        @Override
        public Optional<StartAt> in(HistoryBounds history, Pattern pattern) {
          return Optional.empty();
        }

        @Override
        public boolean reads(Pattern pattern) {
          return false;
        }
      };

  /** Where to begin in a history that {@code pattern} matches; empty for live events only. */
  Optional<StartAt> in(HistoryBounds history, Pattern pattern);

  /** Whether it begins anywhere but live in every history that {@code pattern} matches. */
  boolean reads(Pattern pattern);

  /** Topics that are asked for by name, whether or not they are found by a pattern. */
  default Set<String> named() {
    return Set.of();
  }
}
