package dev.carillon.hub;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers to be made ready, as the groups that events were delivered to: one entry for each
 * delivery instead of one for each subscriber.
 *
 * <p>Whom to make ready in a group says {@link Subscriber#dirty}, so nobody comes twice. Those who
 * get something again after their turn stand at the end, so that everybody's turn comes as often.
 */
final class ReadyLine {
  private static final Subscriber[] NOBODY = {};

  private Subscriber[] group = NOBODY;
  private int at;
  private final Deque<Group> waiting = new ArrayDeque<>();

  private long events;
  private long bytes;

  /** What had been delivered when those of {@link #group} were lined up. */
  private long eventsBefore;

  private long bytesBefore;

  /** Those who were lined up behind others. */
  private static final class Group {
    final Subscriber[] subscribers;
    final long eventsBefore;
    final long bytesBefore;

    Group(Subscriber[] subscribers, long eventsBefore, long bytesBefore) {
      this.subscribers = subscribers;
      this.eventsBefore = eventsBefore;
      this.bytesBefore = bytesBefore;
    }
  }

  /** Lets those of {@code more} come in their turn that are marked. */
  void add(Subscriber[] more) {
    if (isEmpty()) {
      begin(more, events, bytes);
      return;
    }
    Group last = waiting.peekLast();
    boolean theyAreLast = last == null ? at == 0 && group == more : last.subscribers == more;
    if (!theyAreLast) {
      waiting.addLast(new Group(more, events, bytes));
    }
  }

  /** Counts an event that those in line, or some of them, have got. */
  void delivered(int size) {
    events++;
    bytes += size;
  }

  /** Events delivered since the one who has been in line for longest came there. */
  long events() {
    return isEmpty() ? 0 : events - eventsBefore;
  }

  /** Bytes of those events. */
  long bytes() {
    return isEmpty() ? 0 : bytes - bytesBefore;
  }

  /** Whether nobody waits; where it is not, all who are left may have had their turn already. */
  boolean isEmpty() {
    return at == group.length && waiting.isEmpty();
  }

  /** Takes the next one and its mark; null when nobody waits. */
  @Nullable Subscriber poll() {
    while (true) {
      while (at < group.length) {
        Subscriber next = group[at++];
        if (next.dirty) {
          next.dirty = false;
          beginNext();
          return next;
        }
      }
      if (!beginNext()) {
        return null;
      }
    }
  }

  /** At the end of a group goes on to the next one; false where there is none. */
  private boolean beginNext() {
    if (at < group.length) {
      return true;
    }
    Group next = waiting.pollFirst();
    if (next == null) {
      begin(NOBODY, 0, 0);
      return false;
    }
    begin(next.subscribers, next.eventsBefore, next.bytesBefore);
    return true;
  }

  private void begin(Subscriber[] subscribers, long eventsBefore, long bytesBefore) {
    group = subscribers;
    at = 0;
    this.eventsBefore = eventsBefore;
    this.bytesBefore = bytesBefore;
  }
}
