package dev.carillon.store;

import dev.carillon.event.Event;

/**
 * An event to be stored.
 *
 * @param event without a position
 * @param idIsChosen whether the publisher chose the id, so that a repeat is to be known
 * @param fingerprint of the content, by which a repeat is told from a conflict
 */
public record NewEvent(Event event, boolean idIsChosen, long fingerprint) {}
