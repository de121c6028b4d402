package dev.carillon.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where histories are kept.
 *
 * @param path the file of {@link StoreKind#SQLITE}
 * @param url the database of {@link StoreKind#POSTGRES}; there with that kind
 * @param user whose rights are taken there
 * @param password of the user
 * @param deadline in which an append that needs other machines is answered, about
 * @param maxBytes all histories together, about
 * @param topics with a history, at most
 * @param forgetTopics after which an empty history that nobody uses is forgotten
 * @param batchBytes events in one transaction, about
 * @param readers threads that read
 * @param pageCacheBytes parts of histories kept in memory; 0 is a sixteenth of the heap
 */
public record Store(
    StoreKind kind,
    Path path,
    Optional<String> url,
    Optional<String> user,
    Optional<String> password,
    Duration deadline,
    long maxBytes,
    int topics,
    Duration forgetTopics,
    long batchBytes,
    int readers,
    long pageCacheBytes) {

  /** Without the password: it must not come into a log by chance. */
  @Override
  public String toString() {
    return "Store[kind=" + kind + ", path=" + path + ", url=" + url + "]";
  }
}
