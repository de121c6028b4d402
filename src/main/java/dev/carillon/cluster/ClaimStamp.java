package dev.carillon.cluster;

import java.util.Comparator;

/**
 * When and where a subscriber id was claimed: of two claims of one id the greater one stays.
 *
 * @param millis of the node's clock; later than that of a claim that it took over
 * @param number counts the node's claims, so that no two are equal
 * @param node the id of the node
 */
record ClaimStamp(long millis, long number, String node) implements Comparable<ClaimStamp> {
  private static final Comparator<ClaimStamp> ORDER =
      Comparator.comparingLong(ClaimStamp::millis)
          .thenComparingLong(ClaimStamp::number)
          .thenComparing(ClaimStamp::node);

  private static final int HEX = 16;

  /** Reads what {@link #text} wrote; what nobody wrote is the oldest claim, of no node. */
  static ClaimStamp read(String text) {
    try {
      return new ClaimStamp(
          Long.parseUnsignedLong(text, 0, HEX, 16),
          Long.parseUnsignedLong(text, HEX, 2 * HEX, 16),
          text.substring(2 * HEX));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return new ClaimStamp(0, 0, "");
    }
  }

  /** As it is stored in the cluster and sent between nodes. */
  String text() {
    return "%016x%016x%s".formatted(millis, number, node);
  }

  /** The same claim, later than {@code other}. */
  ClaimStamp after(ClaimStamp other) {
    return new ClaimStamp(Math.max(millis, other.millis + 1), number, node);
  }

  @Override
  public int compareTo(ClaimStamp other) {
    return ORDER.compare(this, other);
  }
}
