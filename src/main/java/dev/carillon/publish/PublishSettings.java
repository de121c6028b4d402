package dev.carillon.publish;

/**
 * The bounds of one gateway's publishing.
 *
 * @param maxBytes admitted and not yet taken by the hubs, at most, over all connections
 * @param maxBytesPerConnection the same for each connection; reading from a connection pauses at
 *     half of it
 */
public record PublishSettings(long maxBytes, long maxBytesPerConnection) {}
