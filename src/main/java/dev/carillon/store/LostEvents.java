package dev.carillon.store;

import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;
import dev.carillon.store.DeadLetter.LostRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Losses as they happen, made into dead letters: a storm of them costs bounded work, and what
 * exceeds the bound is counted.
 *
 * <p>Confined to one thread. Consecutive offsets that one subscriber lost become one range.
 */
public final class LostEvents {
  private final DeadLetters deadLetters;
  private final int maxCollected;
  private List<DeadLetter> collected = new ArrayList<>();
  private final Map<RangeKey, Integer> openRanges = new HashMap<>();
  private long uncollected;

  private record RangeKey(String topic, String subscriber, GapReason reason) {}

  /**
   * Makes an empty one.
   *
   * @param maxCollected letters between two flushes at most
   */
  public LostEvents(DeadLetters deadLetters, int maxCollected) {
    this.deadLetters = deadLetters;
    this.maxCollected = maxCollected;
  }

  /** Takes note of an event that a subscriber will not get. */
  public void lost(String subscriber, GapReason reason, EventFrame frame) {
    if (frame.offset() > 0) {
      if (goesOn(subscriber, reason, frame)) {
        return;
      }
    }
    if (collected.size() >= maxCollected) {
      uncollected++;
      return;
    }
    DeadLetter.Content content;
    if (frame.offset() > 0) {
      openRanges.put(new RangeKey(frame.topic(), subscriber, reason), collected.size());
      content = new LostRange(frame.epoch(), frame.offset(), frame.offset());
    } else {
      content = new DeadLetter.Lost(frame.event());
    }
    collected.add(
        new DeadLetter(0, frame.topic(), subscriber, reason, System.currentTimeMillis(), content));
  }

  /** Hands over what was collected. */
  public void flush() {
    if (!collected.isEmpty()) {
      deadLetters.write(collected);
      collected = new ArrayList<>();
      openRanges.clear();
    }
  }

  /** Events that were lost and not collected: there were too many at once. */
  public long uncollected() {
    return uncollected;
  }

  private boolean goesOn(String subscriber, GapReason reason, EventFrame frame) {
    Integer at = openRanges.get(new RangeKey(frame.topic(), subscriber, reason));
    if (at != null) {
      DeadLetter open = collected.get(at);
      if (open.content() instanceof LostRange range
          && range.to() + 1 == frame.offset()
          && range.epoch().equals(frame.epoch())) {
        collected.set(at, open.with(0, new LostRange(range.epoch(), range.from(), frame.offset())));
        return true;
      }
    }
    return false;
  }
}
