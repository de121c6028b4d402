package dev.carillon.config;

/**
 * What may wait for each subscriber's socket.
 *
 * @param events events, at most
 * @param bytes their frames' bytes together, at most
 * @param overflow what happens to an event that finds no room
 * @param gapTopics topics with losses that are not yet announced, at most
 * @param memoryBytes what all queues of the node together may hold; 0 is a quarter of the heap
 */
public record Queue(int events, long bytes, Overflow overflow, int gapTopics, long memoryBytes) {}
