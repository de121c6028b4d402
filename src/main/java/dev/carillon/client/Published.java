package dev.carillon.client;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The server's answer to a publish: the event is as safe as its topic promises.
 *
 * @param offset the event's place in its topic's history, if the topic keeps one
 * @param epoch the life of that history
 */
public record Published(String eventId, OptionalLong offset, Optional<String> epoch) {}
