package dev.carillon.gateway;

/**
 * The bounds of what one call may hold.
 *
 * @param maxEventBytes of an event's data
 * @param maxFrameBytes of a WebSocket message or an HTTP body
 * @param maxBatchEvents in one publish
 * @param maxTopics topics and patterns of one subscriber
 */
public record EventLimits(
    int maxEventBytes, int maxFrameBytes, int maxBatchEvents, int maxTopics) {}
