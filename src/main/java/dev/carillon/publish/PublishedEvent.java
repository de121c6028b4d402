package dev.carillon.publish;

import dev.carillon.event.Position;
import java.util.Optional;

/**
 * One event that was published.
 *
 * @param eventId of a repeat the id of the first one
 * @param position in the history of its topic, of a repeat that of the first one; empty where the
 *     topic keeps none
 */
public record PublishedEvent(String eventId, Optional<Position> position) {}
