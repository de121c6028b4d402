package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves the cursors of a hub's subscribers: keeps live events back from those who are not there
 * yet, and fills queues from the history as they drain, so that reading never overflows the queue
 * it fills.
 *
 * <p>Works in turns of bounded size, so that many who read hold up nobody who is live.
 */
final class HistoryReading {
  /** Read for one subscriber in one turn; about what one write takes. */
  private static final int MAX_EVENTS_A_TURN = 128;

  private static final int MAX_SUBSCRIBERS_A_TURN = 64;

  private static final History.Events NOTHING = new History.Events(0, List.of());

  private final History history;
  private final HubMemory memory;
  private final Hub hub;
  private final Deque<Subscriber> line = new ArrayDeque<>();
  private final List<Subscriber> later = new ArrayList<>();
  private boolean told;

  HistoryReading(History history, HubMemory memory, Hub hub) {
    this.history = history;
    this.memory = memory;
    this.hub = hub;
  }

  // ---- live events

  /** Whether a cursor takes care of the frame, or it is of a topic that is not in force yet. */
  boolean holdsBack(Subscriber subscriber, Cursors cursors, EventFrame frame) {
    Cursor cursor = cursors.of(frame.topic());
    if (cursor == null
        && !cursors.held().isEmpty()
        && isOnlyHeld(subscriber, cursors, frame.topic())) {
      if (frame.offset() == Gap.NO_OFFSET) {
        return true;
      }
      cursor = cursors.make(frame.topic());
    }
    if (cursor == null || frame.offset() == Gap.NO_OFFSET) {
      return false;
    }
    long before = cursor.behind();
    Cursor.Step step = cursor.live(frame.epoch(), frame.offset());
    memory.totals.behind += cursor.behind() - before;
    if (step == Cursor.Step.NEXT || cursor.isDone()) {
      remove(subscriber, cursors, cursor);
    }
    if (step == Cursor.Step.HELD_BACK) {
      lineUp(subscriber);
    }
    return step != Cursor.Step.NEXT;
  }

  /** An event found no room in the queue: the subscriber reads on from it. */
  void fallBehind(Subscriber subscriber, EventFrame frame) {
    Cursor cursor = cursors(subscriber).make(frame.topic());
    cursor.live(frame.epoch(), frame.offset());
    cursor.beginWithLive();
    memory.totals.behind += cursor.behind();
    lineUp(subscriber);
  }

  /** Whether a cursor will read what the gap is about, or announces it in its turn. */
  boolean covers(Subscriber subscriber, Gap gap) {
    Cursors cursors = subscriber.cursors;
    if (cursors == null) {
      return false;
    }
    Cursor cursor = cursors.of(gap.topic());
    if (cursor == null) {
      if (!isOnlyHeld(subscriber, cursors, gap.topic())) {
        return false;
      }
      cursor = cursors.make(gap.topic());
    }
    long before = cursor.behind();
    if (!gap.epoch().isEmpty()) {
      cursor.begunAnew(gap.epoch());
    } else if (gap.hasRange()) {
      cursor.missed(gap.to());
    }
    memory.totals.behind += cursor.behind() - before;
    lineUp(subscriber);
    return gap.hasRange() || !gap.epoch().isEmpty();
  }

  /** The subscriber reads what is in the hole, unless its cursor is to read it anyway. */
  void repair(Subscriber subscriber, Hole hole) {
    Cursors cursors = cursors(subscriber);
    Cursor cursor = cursors.of(hole.topic());
    long before = cursor == null ? 0 : cursor.behind();
    if (cursor != null) {
      cursor.hole(hole.epoch(), hole.from(), hole.to());
    } else {
      cursor = cursors.make(hole.topic());
      cursor.hole(hole.epoch(), hole.from(), hole.to());
      if (!isOnlyHeld(subscriber, cursors, hole.topic())) {
        cursor.beginWithLive();
      }
    }
    memory.totals.behind += cursor.behind() - before;
    lineUp(subscriber);
  }

  // ---- beginning and ending

  void hold(Subscriber subscriber, Collection<Pattern> patterns) {
    cursors(subscriber).hold(patterns);
  }

  void begin(
      Subscriber subscriber, Collection<Pattern> patterns, List<CursorStart> starts, boolean wait) {
    Cursors cursors = cursors(subscriber);
    cursors.letGo(patterns);
    for (CursorStart start : starts) {
      Cursor cursor = cursors.make(start.topic());
      long before = cursor.behind();
      cursor.begin(start.epoch(), start.after(), start.upTo(), orNull(start.gap()));
      memory.totals.behind += cursor.behind() - before;
      if (cursor.isDone()) {
        cursors.remove(cursor);
      }
    }
    for (Cursor cursor : List.copyOf(cursors.all())) {
      if (cursor.state() == Cursor.State.HELD && !isHeld(cursors, cursor.topic())) {
        // Its first event came after everything that was looked at.
        cursor.beginWithLive();
        if (cursor.isDone()) {
          cursors.remove(cursor);
        }
      }
    }
    cursors.waitsForAdmission |= wait && cursors.isAnyBehind();
    forgetIfEmpty(subscriber, cursors);
    lineUp(subscriber);
  }

  void admit(Subscriber subscriber) {
    if (subscriber.cursors != null) {
      subscriber.cursors.waitsForAdmission = false;
      lineUp(subscriber);
    }
  }

  /** Ends the cursors of topics that the subscriber no longer asks for. */
  void forget(Subscriber subscriber, Collection<Pattern> patterns) {
    Cursors cursors = subscriber.cursors;
    if (cursors == null) {
      return;
    }
    cursors.letGo(patterns);
    for (Cursor cursor : List.copyOf(cursors.all())) {
      if (!subscriber.wants(cursor.topic()) && !isHeld(cursors, cursor.topic())) {
        memory.totals.behind -= cursor.behind();
        cursors.remove(cursor);
      }
    }
    forgetIfEmpty(subscriber, cursors);
  }

  // ---- turns

  /** Puts the subscriber in line if it has something to read and room for it. */
  void lineUp(Subscriber subscriber) {
    Cursors cursors = subscriber.cursors;
    if (cursors != null
        && !cursors.inLine
        && !cursors.waitsForAdmission
        && subscriber.queue().isHalfEmpty()
        && cursors.isAnyBehind()) {
      cursors.inLine = true;
      line.addLast(subscriber);
      tell();
    }
  }

  /** One turn. */
  void readOn() {
    told = false;
    int turns = Math.min(line.size(), MAX_SUBSCRIBERS_A_TURN);
    for (int i = 0; i < turns; i++) {
      Subscriber subscriber = line.removeFirst();
      Cursors cursors = subscriber.cursors;
      if (cursors != null) {
        cursors.inLine = false;
        if (!subscriber.queue().isClosed()) {
          readOn(subscriber, cursors);
        }
      }
    }
    if (!line.isEmpty()) {
      tell();
    }
  }

  /** Tries again what could not be read. */
  void retry() {
    List<Subscriber> again = List.copyOf(later);
    later.clear();
    again.forEach(this::lineUp);
  }

  private void readOn(Subscriber subscriber, Cursors cursors) {
    int budget = MAX_EVENTS_A_TURN;
    boolean moved = false;
    for (Cursor cursor : List.copyOf(cursors.all())) {
      if (budget > 0 && cursor.state() == Cursor.State.CATCHING_UP && !cursor.reading) {
        int took;
        do {
          took = readOn(subscriber, cursor, budget);
          moved |= took > 0;
          budget -= took;
        } while (took > 0
            && budget > 0
            && cursor.state() == Cursor.State.CATCHING_UP
            && subscriber.queue().isHalfEmpty());
        if (cursor.isDone()) {
          cursors.remove(cursor);
        }
      }
    }
    forgetIfEmpty(subscriber, cursors);
    if (moved) {
      hub.mark(subscriber);
    }
  }

  /** Moves one cursor by what is at hand; returns by how many frames. */
  private int readOn(Subscriber subscriber, Cursor cursor, int budget) {
    if (cursor.position() == cursor.target() && cursor.gap() != null) {
      // Nothing is left but to say that something is lost.
      return take(subscriber, cursor, NOTHING, budget);
    }
    Optional<History.Part> part =
        cursor.doubts() > 0
            ? Optional.empty()
            : history.atHand(cursor.topic(), cursor.epoch(), cursor.position(), cursor.target());
    if (part.isPresent()) {
      return take(subscriber, cursor, part.get(), budget);
    }
    String epoch = cursor.epoch();
    int doubts = cursor.doubts();
    cursor.reading = true;
    history.read(
        cursor.topic(),
        epoch,
        cursor.position(),
        cursor.target(),
        read -> {
          cursor.reading = false;
          // An answer about a history that the cursor has left says nothing.
          boolean sameHistory = epoch.equals(cursor.epoch());
          if (sameHistory && read instanceof History.Events) {
            cursor.confirmed(doubts);
          }
          took(subscriber, cursor, sameHistory ? read : new History.NotNow());
        });
    return 0;
  }

  private void took(Subscriber subscriber, Cursor cursor, History.Part part) {
    Cursors cursors = subscriber.cursors;
    if (cursors == null
        || cursors.of(cursor.topic()) != cursor
        || subscriber.queue().isClosed()
        || cursor.state() != Cursor.State.CATCHING_UP) {
      return;
    }
    if (part instanceof History.NotNow) {
      later.add(subscriber);
      return;
    }
    if (take(subscriber, cursor, part, MAX_EVENTS_A_TURN) > 0) {
      hub.mark(subscriber);
      hub.flushSoon();
    }
    if (cursor.isDone()) {
      remove(subscriber, cursors, cursor);
    }
    lineUp(subscriber);
  }

  private int take(Subscriber subscriber, Cursor cursor, History.Part part, int budget) {
    long before = cursor.behind();
    int took = 0;
    if (part instanceof History.Events events) {
      took = takeEvents(subscriber, cursor, events, budget);
    } else if (part instanceof History.OtherEpoch other && !other.epoch().equals(cursor.epoch())) {
      cursor.changeEpoch(other.epoch(), other.first() - 1, other.last());
    }
    memory.totals.behind += cursor.behind() - before;
    return took;
  }

  private int takeEvents(Subscriber subscriber, Cursor cursor, History.Events events, int budget) {
    List<EventFrame> frames = events.frames();
    int at = 0;
    while (at < frames.size() && frames.get(at).offset() <= cursor.position()) {
      at++;
    }
    cursor.loseUntil(at < frames.size() ? frames.get(at).offset() : events.first());
    int took = 0;
    if (cursor.gap() != null) {
      if (!announce(subscriber, cursor)) {
        return 0;
      }
      took++;
    }
    TopicPolicy policy = hub.policy(cursor.topic());
    while (at < frames.size()
        && took < budget
        && cursor.position() < cursor.target()
        && subscriber.queue().accept(new QueuedFrame(frames.get(at), policy))) {
      cursor.advance();
      at++;
      took++;
    }
    return took;
  }

  private static boolean announce(Subscriber subscriber, Cursor cursor) {
    Gap gap = cursor.gap();
    boolean announced = gap == null || subscriber.queue().accept(gap);
    if (announced) {
      cursor.announced();
    }
    return announced;
  }

  private void remove(Subscriber subscriber, Cursors cursors, Cursor cursor) {
    cursors.remove(cursor);
    forgetIfEmpty(subscriber, cursors);
  }

  private static void forgetIfEmpty(Subscriber subscriber, Cursors cursors) {
    if (cursors.isEmpty() && !cursors.inLine) {
      subscriber.cursors = null;
    }
  }

  private static boolean isOnlyHeld(Subscriber subscriber, Cursors cursors, String topic) {
    return isHeld(cursors, topic) && !subscriber.wantsBeside(topic, cursors.held());
  }

  private static boolean isHeld(Cursors cursors, String topic) {
    for (Pattern pattern : cursors.held()) {
      if (pattern.matches(topic)) {
        return true;
      }
    }
    return false;
  }

  private static Cursors cursors(Subscriber subscriber) {
    Cursors made = subscriber.cursors;
    if (made == null) {
      made = new Cursors();
      subscriber.cursors = made;
    }
    return made;
  }

  private static @Nullable Gap orNull(Optional<Gap> gap) {
    return gap.isPresent() ? gap.get() : null;
  }

  private void tell() {
    if (!told) {
      told = true;
      memory.listener().readOnSoon();
    }
  }
}
