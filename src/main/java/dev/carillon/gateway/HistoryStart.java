package dev.carillon.gateway;

import dev.carillon.event.Gap;
import dev.carillon.event.Position;
import dev.carillon.hub.CursorStart;
import dev.carillon.store.HistoryBounds;
import java.util.Optional;

/**
 * Where a subscriber begins in one history.
 *
 * @param recovered whether nothing that it asked for is missing; empty where it asked for live
 *     events only
 */
record HistoryStart(HistoryBounds bounds, CursorStart cursor, Optional<Boolean> recovered) {

  static HistoryStart of(HistoryBounds bounds, Optional<StartAt> wish) {
    if (wish.isEmpty()) {
      return begin(bounds, bounds.last(), Optional.empty(), Optional.empty());
    }
    if (wish.get() instanceof StartAt.Last newest) {
      long after = Math.max(bounds.first() - 1, bounds.last() - newest.events());
      return begin(bounds, after, Optional.empty(), Optional.of(true));
    }
    if (wish.get() instanceof StartAt.Behind known) {
      return behind(bounds, known.position());
    }
    return begin(bounds, bounds.first() - 1, Optional.empty(), Optional.of(true));
  }

  private static HistoryStart behind(HistoryBounds bounds, Position known) {
    long left = bounds.first() - 1;
    if (!known.epoch().equals(bounds.epoch()) || known.offset() > bounds.last()) {
      // Another history; what is missing between the two nobody knows.
      Gap gap = Gap.ofEpoch(bounds.topic(), bounds.epoch());
      return begin(bounds, left, Optional.of(gap), Optional.of(false));
    }
    if (known.offset() < left) {
      Gap gap = Gap.ofHistory(bounds.topic(), known.offset() + 1, left);
      return begin(bounds, left, Optional.of(gap), Optional.of(false));
    }
    return begin(bounds, known.offset(), Optional.empty(), Optional.of(true));
  }

  private static HistoryStart begin(
      HistoryBounds bounds, long after, Optional<Gap> gap, Optional<Boolean> recovered) {
    return new HistoryStart(
        bounds,
        new CursorStart(bounds.topic(), bounds.epoch(), after, bounds.last(), gap),
        recovered);
  }
}
