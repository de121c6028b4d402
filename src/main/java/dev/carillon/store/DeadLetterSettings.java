package dev.carillon.store;

import java.time.Duration;

/**
 * The bounds of the dead letters.
 *
 * @param maxEvents of one topic, the newest so many; a range counts once
 * @param maxBytes of one topic together, about
 * @param maxAge since they were lost
 * @param maxTopics that have any; what others lose is only counted
 * @param totalBytes of all topics together, about
 * @param maxPending that wait to be written; what is beyond is only counted
 */
public record DeadLetterSettings(
    int maxEvents,
    long maxBytes,
    Duration maxAge,
    int maxTopics,
    long totalBytes,
    int maxPending) {}
