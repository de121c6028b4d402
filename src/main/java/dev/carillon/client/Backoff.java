package dev.carillon.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: a random time between nothing and a ceiling that doubles
 * with every failure ("full jitter"), so that many clients do not come back at the same moment.
 *
 * @param min the first ceiling, at least 1 ms
 * @param max the highest ceiling, at least {@code min}
 */
public record Backoff(Duration min, Duration max) {
  public Backoff {
    if (min.toMillis() < 1 || max.compareTo(min) < 0) {
      throw new IllegalArgumentException(
          "a backoff from "
              + min
              + " to "
              + max
              + "; allowed: 1 ms or more, and no less at the end");
    }
  }

  /**
   * The wait in milliseconds, 0 to the ceiling.
   *
   * @param failures how many came before the one that is waited for now, from 0
   */
  long delayMs(int failures, RandomGenerator random) {
    long ceiling = max.toMillis();
    long doubled = failures < 32 ? min.toMillis() << failures : ceiling;
    // A shift that overflows is negative or small; the ceiling is what was meant.
    if (doubled > 0 && doubled >> failures == min.toMillis()) {
      ceiling = Math.min(ceiling, doubled);
    }
    return random.nextLong(ceiling + 1);
  }
}
