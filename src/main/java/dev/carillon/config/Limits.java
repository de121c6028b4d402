package dev.carillon.config;

/**
 * What one client may ask for.
 *
 * @param eventBytes the data of one event, at most
 * @param frameBytes one WebSocket frame or HTTP body from a client, at most; no less than {@code
 *     eventBytes}
 * @param topicsPerSubscriber topics and patterns of one subscriber, at most
 * @param subscribers connected subscribers of the node, at most
 * @param eventsPerSecond events published by one connection in a second, at most; 0 is no limit
 * @param batchEvents events in one publish, at most
 * @param jsonDepth nesting of the JSON that a client sends, at most
 */
public record Limits(
    int eventBytes,
    int frameBytes,
    int topicsPerSubscriber,
    int subscribers,
    int eventsPerSecond,
    int batchEvents,
    int jsonDepth) {}
