package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;

/**
 * A place in a queue that always holds the newest event of its key, and how many gave way to it.
 */
final class ConflatedFrame {
  QueuedFrame newest;
  long replaced;

  ConflatedFrame(QueuedFrame newest) {
    this.newest = newest;
  }

  /** The gap that is due before the event. The place then counts anew. */
  Gap takeGap() {
    Gap gap = new Gap(newest.frame.topic(), replaced, GapReason.CONFLATED);
    replaced = 0;
    return gap;
  }
}
