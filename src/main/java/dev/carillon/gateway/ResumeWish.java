package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import dev.carillon.store.HistoryBounds;
import java.util.Optional;

/**
 * An event stream that goes on where it was: in histories that its place names behind that, in
 * those that are new since with their first event.
 */
record ResumeWish(StreamPlace.Resumed place) implements HistoryWish {

  @Override
  public Optional<StartAt> in(HistoryBounds history, Pattern pattern) {
    Optional<StartAt> known = place.in(history.topic(), history.epoch());
    return known.isPresent() || !place.complete() ? known : Optional.of(new StartAt.Earliest());
  }

  @Override
  public boolean reads(Pattern pattern) {
    return true;
  }
}
