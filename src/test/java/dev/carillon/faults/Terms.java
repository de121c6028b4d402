package dev.carillon.faults;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * What may be held against the nodes.
 *
 * @param keepsHistory which topics keep one
 * @param historiesMayEnd whether a history may lose events by beginning a new epoch, announced
 * @param settled whether every fault is healed and everything had the time to arrive
 * @param slack how long before a subscription an event may have been sent whose loss is announced
 *     to it all the same: it was still on its way between nodes
 */
record Terms(
    Predicate<String> keepsHistory, boolean historiesMayEnd, boolean settled, Duration slack) {
  /** Topics below {@code kept.} have a store that loses nothing; everything has arrived. */
  static final Terms DURABLE =
      new Terms(topic -> topic.startsWith("kept."), false, true, Duration.ofSeconds(10));

  /** The same for histories that live in the nodes' memory. */
  Terms withHistoriesThatMayEnd() {
    return new Terms(keepsHistory, true, settled, slack);
  }

  /** The same while something may still be on its way. */
  Terms whileUnsettled() {
    return new Terms(keepsHistory, historiesMayEnd, false, slack);
  }
}
