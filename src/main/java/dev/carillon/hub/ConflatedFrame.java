package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;

/**
 * A place in a queue that always holds the newest event of its key, and how many gave way to it.
 */
final class ConflatedFrame {
  QueuedFrame newest;
  long replaced;
  private long firstReplaced;
  private long lastReplaced;

  ConflatedFrame(QueuedFrame newest) {
    this.newest = newest;
  }

  void replaceBy(QueuedFrame newer) {
    lastReplaced = newest.frame.offset();
    if (replaced++ == 0) {
      firstReplaced = lastReplaced;
    }
    newest = newer;
  }

  /** The gap that is due before the event. The place then counts anew. */
  Gap takeGap() {
    // Of two histories no range can be told.
    boolean ranged = firstReplaced <= lastReplaced;
    Gap gap =
        new Gap(
            newest.frame.topic(),
            replaced,
            GapReason.CONFLATED,
            ranged ? firstReplaced : Gap.NO_OFFSET,
            ranged ? lastReplaced : Gap.NO_OFFSET,
            "");
    replaced = 0;
    return gap;
  }
}
