package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's place in the history of one topic, for as long as it is not where the live events
 * are. Recovery after a reconnect, catching up after an overflow and repairing a hole are the same:
 * events up to the target are read from the history, live ones only move the target, and the first
 * live event right behind the place ends the cursor.
 *
 * <p>Knows no queue and no store: {@link HistoryReading} moves it.
 */
final class Cursor {

  /** Where a cursor is in its life. */
  enum State {
    /** It is being found out where to begin; live events are held back. */
    HELD,
    /** Events up to the target are still to be read. */
    CATCHING_UP,
    /** All that is known of is read; waits for the next live event. */
    LIVE
  }

  /** What is to be done with a live event. */
  enum Step {
    /** Nothing: it will be read from the history. */
    HELD_BACK,
    /** Nothing: the subscriber has it. */
    REPEATED,
    /** It is the next one: it goes to the queue, and the cursor has done its work. */
    NEXT
  }

  private final String topic;
  private State state = State.HELD;
  private String epoch = "";
  private long position;
  private long target;
  private long lastLive;
  private @Nullable Gap gap;

  /**
   * How often a live event was of another history since the store last said which one holds; the
   * store is to be asked again.
   */
  private int doubts;

  /** Set while a read is under way, so that there is one at a time. */
  boolean reading;

  Cursor(String topic) {
    this.topic = topic;
  }

  String topic() {
    return topic;
  }

  String epoch() {
    return epoch;
  }

  State state() {
    return state;
  }

  /** The offset of the last event that the subscriber has, in its queue at least. */
  long position() {
    return position;
  }

  long target() {
    return target;
  }

  /** The gap to be announced before the next event; null when there is none. */
  @Nullable Gap gap() {
    return gap;
  }

  /** Events that the subscriber should have and that are not in its queue. */
  long behind() {
    return target - position + (gap == null ? 0 : gap.count());
  }

  /** Whether no live event can be one that the subscriber has already. */
  boolean isDone() {
    return state == State.LIVE && lastLive == target && lastLive > 0;
  }

  /**
   * Ends the holding back.
   *
   * @param newEpoch the history's
   * @param from behind this offset the subscriber wants to read
   * @param upTo the offset of the newest event
   * @param lost what is to be announced first; null for nothing
   */
  void begin(String newEpoch, long from, long upTo, @Nullable Gap lost) {
    String liveEpoch = epoch;
    long live = lastLive;
    boolean sameHistory = liveEpoch.isEmpty() || liveEpoch.equals(newEpoch);
    epoch = newEpoch;
    position = from;
    target = upTo;
    gap = lost;
    lastLive = sameHistory ? live : 0;
    target = Math.max(target, lastLive);
    // One of the two has ended: the store knows which.
    doubts = sameHistory ? 0 : 1;
    settle();
  }

  /** Ends the holding back where the first live event is the first one that is wanted. */
  void beginWithLive() {
    settle();
  }

  /** Takes note of a live event. */
  Step live(String liveEpoch, long offset) {
    if (state == State.HELD) {
      if (!liveEpoch.equals(epoch)) {
        epoch = liveEpoch;
        position = offset - 1;
      }
      lastLive = offset;
      target = offset;
      return Step.HELD_BACK;
    }
    if (!liveEpoch.equals(epoch)) {
      // Either it was on its way while its history ended, or this one has: the store knows.
      doubts++;
      settle();
      return Step.HELD_BACK;
    }
    if (state == State.LIVE && offset <= position) {
      lastLive = offset;
      return Step.REPEATED;
    }
    if (state == State.LIVE && offset == position + 1) {
      return Step.NEXT;
    }
    lastLive = offset;
    target = Math.max(target, offset);
    settle();
    return Step.HELD_BACK;
  }

  /** Live events up to this offset did not come, and never will: they are to be read. */
  void missed(long upTo) {
    if (state == State.HELD) {
      lastLive = Math.max(lastLive, upTo);
    } else if (upTo > target) {
      target = upTo;
      settle();
    }
  }

  /** Events of a history did not come the way of live events; they are to be read. */
  void hole(String ofEpoch, long from, long to) {
    if (state == State.HELD) {
      if (!ofEpoch.equals(epoch)) {
        epoch = ofEpoch;
        position = from - 1;
      }
      lastLive = to;
      target = to;
    } else if (!ofEpoch.equals(epoch)) {
      doubts++;
      settle();
    } else {
      missed(to);
    }
  }

  /** It was said that the history begins anew. */
  void begunAnew(String newEpoch) {
    if (state == State.HELD) {
      epoch = newEpoch;
      position = 0;
      target = 0;
      lastLive = 0;
    } else if (!newEpoch.equals(epoch)) {
      doubts++;
      settle();
    }
  }

  int doubts() {
    return doubts;
  }

  /** The history was still the same one when there were so many doubts. */
  void confirmed(int then) {
    doubts -= Math.min(doubts, then);
    settle();
  }

  /** The event behind the position is in the queue. */
  void advance() {
    position++;
    settle();
  }

  /** The history no longer has what is before {@code first}, as far as it is wanted. */
  void loseUntil(long first) {
    long to = Math.min(first - 1, target);
    if (to > position) {
      Gap lost = Gap.ofHistory(topic, position + 1, to);
      position = to;
      gap = gap == null ? lost : joined(gap, lost);
    }
  }

  /** The gap is in the queue. */
  void announced() {
    gap = null;
    settle();
  }

  /**
   * The history is another one: what was still wanted of the old one is lost.
   *
   * @param from behind this offset the subscriber wants to read
   * @param upTo the offset of the newest event
   */
  void changeEpoch(String newEpoch, long from, long upTo) {
    long lost = target - position;
    Gap change =
        lost == 0
            ? Gap.ofEpoch(topic, newEpoch)
            : new Gap(topic, lost, GapReason.HISTORY_LOST, position + 1, target, newEpoch);
    gap = gap == null ? change : joined(gap, change);
    epoch = newEpoch;
    position = from;
    target = upTo;
    lastLive = 0;
    doubts = 0;
    settle();
  }

  private void settle() {
    state = position < target || gap != null || doubts > 0 ? State.CATCHING_UP : State.LIVE;
  }

  private static Gap joined(Gap first, Gap second) {
    boolean goesOn = first.epoch().isEmpty() && first.hasRange() && second.from() == first.to() + 1;
    return new Gap(
        first.topic(),
        first.count() + second.count(),
        GapReason.HISTORY_LOST,
        goesOn ? first.from() : Gap.NO_OFFSET,
        goesOn ? second.to() : Gap.NO_OFFSET,
        second.epoch().isEmpty() ? first.epoch() : second.epoch());
  }
}
