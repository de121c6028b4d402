package dev.carillon.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Work like that of a fan-out, lookups and copies of arrays, that no change of Carillon touches:
 * what else runs on a machine slows it about as much as it slows a benchmark.
 */
final class ReferenceWork {
  private static final int ENTRIES = 10_000;

  /** In one run: a lookup, a copy and a hash each. */
  static final int UNITS = 1_000;

  private static final int SEED = 1;

  private final Map<String, byte[]> entries = new HashMap<>();
  private final String[] keys = new String[ENTRIES];
  private final byte[] target = new byte[256];
  private int at;

  ReferenceWork() {
    Random random = new Random(SEED);
    for (int i = 0; i < ENTRIES; i++) {
      byte[] bytes = new byte[target.length];
      random.nextBytes(bytes);
      keys[i] = "key-" + random.nextInt() + "-" + i;
      entries.put(keys[i], bytes);
    }
  }

  /** Does {@link #UNITS} units; the result depends on all, so that none can be left out. */
  int run() {
    int sum = 0;
    for (int i = 0; i < UNITS; i++) {
      byte[] bytes = entries.getOrDefault(keys[at], target);
      System.arraycopy(bytes, 0, target, 0, bytes.length);
      sum += Arrays.hashCode(target);
      at = (at + 1) % ENTRIES;
    }
    return sum;
  }
}
