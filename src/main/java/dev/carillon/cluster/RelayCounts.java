package dev.carillon.cluster;

/**
 * What a relay holds and did so far.
 *
 * @param consumers attached now
 * @param topics different topics and patterns they ask for, now
 * @param bytesInFlight sent over the links and not yet taken, now
 * @param eventsLost that found a link full
 */
public record RelayCounts(int consumers, int topics, long bytesInFlight, long eventsLost) {}
