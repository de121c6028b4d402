package dev.carillon.cluster;

/**
 * Tells two interests apart in a few bytes.
 *
 * @param version how often it changed
 * @param patterns how many topics and patterns
 * @param digest over all of them
 */
public record InterestSum(long version, int patterns, long digest) {
  static final InterestSum NONE = new InterestSum(0, 0, 0);

  /** The sum with one more; order does not count, so that a change costs as little as its size. */
  InterestSum with(String pattern) {
    return new InterestSum(version, patterns + 1, digest + hash(pattern));
  }

  InterestSum without(String pattern) {
    return new InterestSum(version, patterns - 1, digest - hash(pattern));
  }

  InterestSum at(long newVersion) {
    return new InterestSum(newVersion, patterns, digest);
  }

  /** FNV-1a over the characters, mixed: a sum of them must not cancel out by chance. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    hash *= 0x9e3779b97f4a7c15L;
    return hash ^ (hash >>> 29);
  }
}
