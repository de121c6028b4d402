package dev.carillon.hub;

import dev.carillon.event.GapReason;

/**
 * The bounds of one subscriber's queue.
 *
 * @param maxEvents events waiting at most, 1 to 1,048,576
 * @param maxBytes their frames' bytes together at most
 * @param maxGaps topics whose losses are told apart at most, among what stands between the waiting
 *     events, ahead of them and behind them; losses of more topics are announced together under
 *     {@code >}. A topic has one gap for each reason
 */
public record QueueLimits(int maxEvents, long maxBytes, int maxGaps) {

  public static final QueueLimits DEFAULT = new QueueLimits(256, 1 << 20, 256);

  public QueueLimits {
    if (maxEvents < 1 || maxEvents > 1 << 20) {
      throw new IllegalArgumentException(
          "maxEvents " + maxEvents + " is outside 1 to " + (1 << 20));
    }
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes " + maxBytes + " is less than 1");
    }
    if (maxGaps < 1) {
      throw new IllegalArgumentException("maxGaps " + maxGaps + " is less than 1");
    }
  }

  /** The gaps that stand between the waiting events at most. */
  int maxGapSlots() {
    // One place more than there are topics: for losses that nobody can count. And one more for each
    // topic: its history may have begun anew.
    return (maxGaps + 1) * (GapReason.values().length + 1);
  }

  /** The depth at which a queue counts as nearly full: three quarters of its events. */
  int nearlyFull() {
    return Math.max(1, (int) (maxEvents * 3L / 4));
  }
}
