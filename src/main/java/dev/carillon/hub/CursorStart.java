package dev.carillon.hub;

import dev.carillon.event.Gap;
import java.util.Optional;

/**
 * Where a subscriber begins in the history of a topic.
 *
 * @param epoch the history's
 * @param after the subscriber wants the events behind this offset
 * @param upTo the offset of the newest event that is known of; at least {@code after}
 * @param gap what is to be announced first
 */
public record CursorStart(String topic, String epoch, long after, long upTo, Optional<Gap> gap) {}
