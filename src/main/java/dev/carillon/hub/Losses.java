package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;

/**
 * What one queue lost and where it is announced: ahead of everything that waits, or behind it. Made
 * at a subscriber's first loss.
 */
final class Losses {
  /** Losses older than all that waits; announced before the next frame. */
  final PendingGaps before;

  /** Losses newer than all that waits; announced before the next event that is queued. */
  final PendingGaps after;

  /** Gaps that stand between the waiting events. */
  int gaps;

  private final LossCounts counts = new LossCounts();
  private long announced;

  Losses(int maxGaps) {
    before = new PendingGaps(maxGaps);
    after = new PendingGaps(maxGaps);
  }

  void count(GapReason reason, long events) {
    counts.add(reason, events);
  }

  /** Lost events so far. */
  long events() {
    return counts.total();
  }

  LossCounts counts() {
    return counts;
  }

  /** Whether no gap is left to be sent. */
  boolean isNothingPending() {
    return gaps == 0 && before.isEmpty() && after.isEmpty();
  }

  /** Lost events whose gaps have been sent. */
  long announced() {
    return announced;
  }

  /** The subscriber has gone: nothing will be announced to it any more. */
  void forgetPending() {
    gaps = 0;
    before.clear();
    after.clear();
  }

  void sent(Gap gap) {
    announced += gap.count();
  }
}
