package dev.carillon.config;

import java.time.Duration;

/**
 * Bounds of publishing.
 *
 * @param dedupeWindow how long an {@code eventId} is remembered, so that a repeat is known
 * @param dedupeEvents ids remembered, at most
 * @param pendingBytes events admitted and not yet handed on, over all connections of the node
 * @param connectionPendingBytes the same for one connection
 */
public record Publish(
    Duration dedupeWindow, int dedupeEvents, long pendingBytes, long connectionPendingBytes) {}
