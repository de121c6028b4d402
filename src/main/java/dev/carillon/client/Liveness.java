package dev.carillon.client;

import java.time.Duration;

/**
 * When a silent connection is taken for dead.
 *
 * @param handshake from the first packet to the server's welcome at most
 * @param pingAfter silence after which the client asks
 * @param pongWithin how long it waits for the answer, or anything else
 */
public record Liveness(Duration handshake, Duration pingAfter, Duration pongWithin) {
  public static final Liveness DEFAULT =
      new Liveness(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(10));

  public Liveness {
    if (handshake.toMillis() < 1 || pingAfter.toMillis() < 1 || pongWithin.toMillis() < 1) {
      throw new IllegalArgumentException("a liveness time below 1 ms");
    }
  }
}
