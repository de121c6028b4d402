package dev.carillon.client;

import java.time.Duration;

/**
 * How hard a client tries to publish, and how much it holds meanwhile.
 *
 * @param timeout how long one attempt may take, whether or not there is a connection, at least 1 ms
 * @param retries attempts after the first, 0 or more
 * @param backoff the wait before an attempt that follows a refusal or a timeout; after a lost
 *     connection the reconnect's own wait is the backoff
 * @param maxPending events without an answer at most; past it a publish fails as {@code overloaded}
 * @param maxPendingBytes the same in bytes of their frames
 */
public record PublishPolicy(
    Duration timeout, int retries, Backoff backoff, int maxPending, long maxPendingBytes) {

  /** 5 s an attempt, 5 retries from 100 ms to 5 s, 1,024 events or 16 MiB pending. */
  public static final PublishPolicy DEFAULT =
      new PublishPolicy(
          Duration.ofSeconds(5),
          5,
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5)),
          1024,
          16L << 20);

  public PublishPolicy {
    if (timeout.toMillis() < 1 || retries < 0 || maxPending < 1 || maxPendingBytes < 1) {
      throw new IllegalArgumentException(
          "a publish policy of timeout "
              + timeout
              + ", retries "
              + retries
              + ", pending "
              + maxPending
              + " events and "
              + maxPendingBytes
              + " bytes; allowed: 1 or more each, retries 0 or more");
    }
  }

  public PublishPolicy withTimeout(Duration value) {
    return new PublishPolicy(value, retries, backoff, maxPending, maxPendingBytes);
  }

  public PublishPolicy withRetries(int value) {
    return new PublishPolicy(timeout, value, backoff, maxPending, maxPendingBytes);
  }

  public PublishPolicy withBackoff(Backoff value) {
    return new PublishPolicy(timeout, retries, value, maxPending, maxPendingBytes);
  }

  public PublishPolicy withMaxPending(int events, long bytes) {
    return new PublishPolicy(timeout, retries, backoff, events, bytes);
  }
}
