package dev.carillon.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where histories are kept.
 *
 * @param path the file of {@link StoreKind#SQLITE}
 * @param maxBytes all histories together, about
 * @param topics with a history, at most
 * @param forgetTopics after which an empty history that nobody uses is forgotten
 * @param batchBytes events in one transaction, about
 * @param readers threads that read
 * @param pageCacheBytes parts of histories kept in memory; 0 is a sixteenth of the heap
 * @param deadline so long an append waits for other machines
 */
public record Store(
    StoreKind kind,
    Path path,
    long maxBytes,
    int topics,
    Duration forgetTopics,
    long batchBytes,
    int readers,
    long pageCacheBytes,
    Duration deadline) {}
