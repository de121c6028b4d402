package dev.carillon.store;

import java.time.Duration;

/**
 * How much history a topic keeps: what is past one of the bounds is removed in the background.
 *
 * @param maxEvents the newest so many; reads never show more
 * @param maxAge since they were published, at most
 * @param maxBytes of their frames together, about
 */
public record HistoryRule(long maxEvents, Duration maxAge, long maxBytes) {}
