package dev.carillon.client;

import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes event ids: random UUIDs, so that no two clients make the same. Safe where its source is.
 */
final class EventIds {
  private final RandomGenerator random;

  EventIds(RandomGenerator random) {
    this.random = random;
  }

  String next() {
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
