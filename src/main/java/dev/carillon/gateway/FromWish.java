package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import dev.carillon.store.HistoryBounds;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a client says under {@code from}: by topic, or by one of its patterns for every topic that
 * has no place of its own.
 */
record FromWish(Map<String, StartAt> places) implements HistoryWish {

  @Override
  public Optional<StartAt> in(HistoryBounds history, Pattern pattern) {
    StartAt own = places.get(history.topic());
    return Optional.ofNullable(own != null ? own : places.get(pattern.text()));
  }

  @Override
  public boolean reads(Pattern pattern) {
    return places.containsKey(pattern.text());
  }

  @Override
  public Set<String> named() {
    return places.keySet().stream()
        .filter(text -> new Pattern(text).isExact())
        .collect(Collectors.toSet());
  }
}
