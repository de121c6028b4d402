package dev.carillon.store;

import java.time.Duration;
import java.util.function.Function;

/**
 * The bounds of a store.
 *
 * @param maxBytes of all events together, about; past it appends are refused
 * @param maxTopics with a history; past it events of new topics are refused
 * @param forgetTopicsAfter an empty history that nobody used for so long is forgotten
 * @param dedupeWindow how long an id that a publisher chose is remembered
 * @param dedupeEvents ids remembered at most, the oldest are forgotten first
 * @param batchBytes of the events in one transaction, about
 * @param readers threads that read
 * @param rules how much history a topic keeps; only asked for topics that keep any
 */
public record StoreSettings(
    long maxBytes,
    int maxTopics,
    Duration forgetTopicsAfter,
    Duration dedupeWindow,
    int dedupeEvents,
    long batchBytes,
    int readers,
    Function<String, HistoryRule> rules) {}
