package dev.carillon.store;

import java.security.SecureRandom;

/** Names of histories' lives: short, plain, and never the same twice. */
final class Epochs {
  private static final int RADIX = 36;

  private Epochs() {}

  static String fresh() {
    // 64 random bits: two lives of one topic meet by chance once in ages.
    return Long.toUnsignedString(new SecureRandom().nextLong(), RADIX);
  }
}
