package dev.carillon.hub;

import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Recounts what queues keep running totals of. */
final class QueueAudit {
  private QueueAudit() {}

  /**
   * Recounts one queue.
   *
   * @throws IllegalStateException naming the count that is wrong
   */
  static void check(String subscriber, SubscriberQueue queue) {
    Ledger ledger = queue.ledger();
    require(ledger.isBalanced(), subscriber, "books do not balance: " + ledger);
    require(queue.isWithinLimits(), subscriber, "queue is over its bounds");
    long[] counted = new long[2];
    Map<String, Long> shares = new HashMap<>();
    queue.forEachWaiting(
        frame -> {
          counted[0]++;
          counted[1] += frame.size;
          if (frame.isLimited) {
            shares.merge(frame.frame.topic(), 1L, Long::sum);
          }
        });
    require(shares.equals(queue.shares()), subscriber, "shares are off: " + queue.shares());
    requireEqual(counted[0], queue.events(), subscriber, "queued events");
    requireEqual(counted[1], queue.bytes(), subscriber, "queued bytes");
    if (queue.isClosed()) {
      require(queue.isEmpty(), subscriber, "something is left in a closed queue");
    } else {
      requireEqual(queue.recountLost(), ledger.lost(), subscriber, "lost events in gaps");
    }
  }

  /**
   * Recounts who holds which frame.
   *
   * @throws IllegalStateException naming the count that is wrong
   */
  static void checkMemory(Collection<Subscriber> subscribers, HubMemory memory) {
    IdentityHashMap<QueuedFrame, Integer> holders = new IdentityHashMap<>();
    for (Subscriber subscriber : subscribers) {
      subscriber.queue().forEachWaiting(frame -> holders.merge(frame, 1, Integer::sum));
    }
    long bytes = 0;
    for (Map.Entry<QueuedFrame, Integer> held : holders.entrySet()) {
      QueuedFrame frame = held.getKey();
      bytes += frame.size;
      requireEqual(held.getValue(), frame.holders, "the hub", "holders of a frame");
    }
    requireEqual(bytes, memory.bytes(), "the hub", "bytes in all queues");
  }

  static void requireEqual(long counted, long kept, String whose, String what) {
    require(counted == kept, whose, what + ": counted " + counted + ", kept " + kept);
  }

  private static void require(boolean holds, String whose, String problem) {
    if (!holds) {
      throw new IllegalStateException(whose + ": " + problem);
    }
  }
}
