package dev.carillon.publish;

import dev.carillon.event.Pattern;
import dev.carillon.store.EventStore;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The topics that keep history, and the store that keeps it. For any thread.
 *
 * @param keeps whether a topic keeps history; always the same answer for the same topic
 * @param mayKeep whether a topic that a pattern matches may keep history
 * @param refusal why nothing may be stored now, in one line for people; empty where it may
 */
public record Histories(
    EventStore store,
    Predicate<String> keeps,
    Predicate<Pattern> mayKeep,
    Supplier<Optional<String>> refusal) {}
