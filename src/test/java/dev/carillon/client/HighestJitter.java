package dev.carillon.client;

import java.util.random.RandomGenerator;

/** Always the longest wait, so that ceilings can be seen. */
final class HighestJitter implements RandomGenerator {
  private long last;

  @Override
  public long nextLong() {
    return last++;
  }

  @Override
  public long nextLong(long bound) {
    return bound - 1;
  }
}
