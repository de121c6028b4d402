package dev.carillon.config;

import java.time.Duration;

/**
 * Durations as the configuration writes them: {@code 250ms}, {@code 10s}, {@code 5m}, {@code 24h}.
 */
final class DurationText {
  private static final int MAX_DIGITS = 9;

  private DurationText() {}

  static boolean isDuration(String text) {
    int digits = digits(text);
    return digits >= 1
        && digits <= MAX_DIGITS
        && switch (text.substring(digits)) {
          case "ms", "s", "m", "h" -> true;
          default -> false;
        };
  }

  /**
   * The duration that a text says.
   *
   * @throws IllegalArgumentException if it {@linkplain #isDuration is none}
   */
  static Duration of(String text) {
    if (!isDuration(text)) {
      throw new IllegalArgumentException("no duration: " + text);
    }
    int digits = digits(text);
    long amount = Long.parseLong(text.substring(0, digits));
    return switch (text.substring(digits)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static int digits(String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    return digits;
  }
}
