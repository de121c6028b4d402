package dev.carillon.cli;

import dev.carillon.client.From;

/** What {@code --from} says. */
final class FromOption {
  private static final String ALLOWED = "; allowed: earliest, last:N or EPOCH:OFFSET";

  private FromOption() {}

  /**
   * Reads {@code earliest}, {@code last:10} or {@code EPOCH:OFFSET}; the empty text is live.
   *
   * @throws IllegalArgumentException with what is allowed
   */
  static From read(String text) {
    if (text.isEmpty()) {
      return new From.Live();
    }
    if (text.equals("earliest")) {
      return new From.Earliest();
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("--from \"" + text + "\"" + ALLOWED);
    }
    long number = Long.parseLong(text.substring(colon + 1));
    String name = text.substring(0, colon);
    return name.equals("last") ? new From.Last(number) : new From.Behind(name, number);
  }
}
