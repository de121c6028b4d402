package dev.carillon.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What holds for the topics that a pattern matches, where it differs from {@link Queue}.
 *
 * @param match a topic or a pattern
 * @param overflow what happens to such an event when there is no room; empty: {@link
 *     Queue#overflow()}
 * @param history how much each such topic keeps; empty: nothing
 * @param queueEvents events of one such topic in each subscriber's queue, at most; empty: as many
 *     as the queue holds
 */
public record TopicRule(
    String match,
    Optional<Overflow> overflow,
    Optional<History> history,
    @Key("queue.events") OptionalInt queueEvents) {}
