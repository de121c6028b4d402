package dev.carillon.client;

import java.time.Duration;

/**
 * How a client comes back.
 *
 * @param firstWithin how long to try for the first welcome; zero tries for ever
 * @param backoff the wait before each attempt to connect again
 * @param stableAfter a connection that lasted this long sets the backoff back to its beginning
 */
public record ConnectPolicy(Duration firstWithin, Backoff backoff, Duration stableAfter) {

  /** 30 s for the first connection, then for ever, waiting 250 ms to 20 s. */
  public static final ConnectPolicy DEFAULT =
      new ConnectPolicy(
          Duration.ofSeconds(30),
          new Backoff(Duration.ofMillis(250), Duration.ofSeconds(20)),
          Duration.ofSeconds(10));

  public ConnectPolicy withFirstWithin(Duration value) {
    return new ConnectPolicy(value, backoff, stableAfter);
  }

  public ConnectPolicy withBackoff(Backoff value) {
    return new ConnectPolicy(firstWithin, value, stableAfter);
  }
}
