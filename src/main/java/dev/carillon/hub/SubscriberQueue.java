package dev.carillon.hub;

import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.GapReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events waiting for one subscriber's socket, bounded in events and in bytes.
 *
 * <p>Confined to the hub's thread. Invariant: matched = sent + queued + lost + discarded, and every
 * lost event is in a gap that was sent, stands in the queue or waits to be placed; {@link
 * QueueAudit} checks it.
 *
 * <p>What waits is a {@link QueuedFrame}, a {@link ConflatedFrame} or a {@link Gap} that stands
 * exactly where its events are missing. The ring that they stand in is made when a second one
 * comes, grows up to the bound, and is given back by {@link #trim}.
 */
public final class SubscriberQueue {
  /** What became of an offered event. */
  enum Offer {
    QUEUED,
    /** Queued, and the queue has just become three quarters full. */
    NEARLY_FULL,
    /** Not queued, or another event gave way to it. */
    LOST,
    /** Not queued: the subscriber reads it from the history once there is room. */
    BEHIND,
    /** Not queued, and the subscriber has to go. */
    OVERFLOWED
  }

  private final QueueLimits limits;
  private final HubMemory memory;
  private @Nullable Subscriber owner;

  /** What stands alone in the queue of one who keeps up, so that its ring is not touched. */
  private @Nullable Object alone;

  private @Nullable SlotRing ring;
  private int events;
  private long bytes;

  private long matched;
  private long sent;
  private long discarded;
  private boolean closed;

  private @Nullable Losses losses;
  private @Nullable Map<String, int[]> eventsByTopic;

  SubscriberQueue(QueueLimits limits, HubMemory memory) {
    this.limits = limits;
    this.memory = memory;
  }

  /** Says whose queue this is. */
  void belongTo(Subscriber subscriber) {
    owner = subscriber;
  }

  /** Events that wait. */
  public int events() {
    return events;
  }

  /** Bytes of the events that wait. */
  public long bytes() {
    return bytes;
  }

  /** Whether nothing is left to be sent, neither an event nor a gap. */
  public boolean isEmpty() {
    return events == 0 && (losses == null || losses.isNothingPending());
  }

  public Ledger ledger() {
    long behind = behind();
    return new Ledger(
        matched + behind, sent, events, behind, losses == null ? 0 : losses.events(), discarded);
  }

  /** Events that are not here yet: the subscriber still reads them from the history. */
  public long behind() {
    return owner == null ? 0 : owner.behind();
  }

  /** Events lost for {@code reason} so far. */
  public long lost(GapReason reason) {
    return losses == null ? 0 : losses.counts().get(reason);
  }

  Offer offer(QueuedFrame frame) {
    assert !closed;
    matched++;
    memory.totals.matched++;
    if (losses == null && !frame.isLimited && hasRoom(frame) && admits(frame)) {
      push(frame);
      return events == limits.nearlyFull() ? Offer.NEARLY_FULL : Offer.QUEUED;
    }
    return offerCarefully(frame);
  }

  /**
   * Queues an event from the history, where there is room for it.
   *
   * @return false when there is none, and nothing is changed
   */
  boolean accept(QueuedFrame frame) {
    if (overShare(frame) || !hasRoom(frame) || !admits(frame) || !placeGapsBefore(frame)) {
      return false;
    }
    matched++;
    memory.totals.matched++;
    push(frame);
    return true;
  }

  /**
   * Queues a gap in the history, where there is room for it.
   *
   * @return false when there is none, and nothing is changed
   */
  boolean accept(Gap gap) {
    if (losses != null && losses.gaps + losses.after.maxGaps() >= limits.maxGapSlots()) {
      return false;
    }
    matched += gap.count();
    memory.totals.matched += gap.count();
    count(gap.reason(), gap.count()).after.drain(this::pushGap);
    pushGap(gap);
    return true;
  }

  /** Whether half of the queue is free: worth reading from the history. */
  boolean isHalfEmpty() {
    return events <= limits.maxEvents() / 2 && bytes <= limits.maxBytes() / 2;
  }

  /** Counts events that were lost before they reached this queue. */
  void lose(Gap gap) {
    matched += gap.count();
    memory.totals.matched += gap.count();
    count(gap.reason(), gap.count()).after.add(gap);
  }

  /**
   * Takes frames in order until {@code maxBytes} are reached or nothing is left.
   *
   * <p>The frame that reaches the bound is still taken, so that any frame can be.
   *
   * @return the bytes taken
   */
  public long drain(long maxBytes, FrameSink sink) {
    long taken = 0;
    while (taken < maxBytes) {
      // Out of the queue and in the books before the sink sees it: the sink may publish to this
      // very queue, or unsubscribe.
      Frame frame = next();
      if (frame == null) {
        break;
      }
      taken += frame.size();
      sink.accept(frame);
    }
    return taken;
  }

  /** Gives back the memory of an empty queue. */
  public void trim() {
    if (slotCount() == 0) {
      ring = null;
      eventsByTopic = null;
    }
  }

  /** Ends the queue; what waits is discarded and counted. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    long behind = behind();
    matched += behind;
    discarded += behind;
    memory.totals.matched += behind;
    memory.totals.discarded += behind;
    if (owner != null) {
      owner.forgetCursors();
    }
    while (slotCount() > 0) {
      Object slot = removeHead();
      if (slot instanceof QueuedFrame frame) {
        discard(frame);
      } else if (slot instanceof ConflatedFrame conflated) {
        discard(conflated.newest);
      }
    }
    trim();
    if (losses != null) {
      losses.forgetPending();
    }
  }

  private void discard(QueuedFrame frame) {
    discarded++;
    memory.totals.discarded++;
    leave(frame);
  }

  // ---- offering

  private Offer offerCarefully(QueuedFrame frame) {
    if (overShare(frame) || !hasRoom(frame)) {
      return overflow(frame);
    }
    if (!admits(frame)) {
      return catchesUp(frame) ? fallBehind() : lose(frame, GapReason.OVERLOAD);
    }
    if (!placeGapsBefore(frame)) {
      return catchesUp(frame) ? fallBehind() : lose(frame, GapReason.QUEUE_FULL);
    }
    push(frame);
    return events == limits.nearlyFull() ? Offer.NEARLY_FULL : Offer.QUEUED;
  }

  private Offer overflow(QueuedFrame frame) {
    OverflowPolicy policy = frame.policy.overflow();
    if (catchesUp(frame)) {
      return fallBehind();
    }
    if (policy instanceof OverflowPolicy.Disconnect) {
      lose(frame, GapReason.QUEUE_FULL);
      return Offer.OVERFLOWED;
    }
    if (policy instanceof OverflowPolicy.DropNewest
        || policy instanceof OverflowPolicy.CatchUp
        || frame.size > limits.maxBytes()) {
      return lose(frame, GapReason.QUEUE_FULL);
    }
    if (frame.conflates() && replaceOlder(frame)) {
      return Offer.LOST;
    }
    return pushInPlaceOfOldest(frame);
  }

  /** An event that is larger than the queue would never be read. */
  private boolean catchesUp(QueuedFrame frame) {
    return frame.policy.overflow() instanceof OverflowPolicy.CatchUp
        && frame.frame.offset() > 0
        && frame.size <= limits.maxBytes();
  }

  private Offer fallBehind() {
    matched--;
    memory.totals.matched--;
    return Offer.BEHIND;
  }

  private Offer pushInPlaceOfOldest(QueuedFrame frame) {
    while (overShare(frame)) {
      removeOldestOf(frame.frame.topic());
    }
    while (!hasRoom(frame)) {
      dropHead();
    }
    if (!admits(frame)) {
      return lose(frame, GapReason.OVERLOAD);
    }
    if (!placeGapsBefore(frame)) {
      return lose(frame, GapReason.QUEUE_FULL);
    }
    push(frame);
    return Offer.LOST;
  }

  private boolean hasRoom(QueuedFrame frame) {
    return events < limits.maxEvents() && bytes + frame.size <= limits.maxBytes();
  }

  /** A queue that keeps up may always hold one event: a full node must not stop it. */
  private boolean admits(QueuedFrame frame) {
    return events == 0 || memory.admits(frame);
  }

  private boolean overShare(QueuedFrame frame) {
    if (!frame.isLimited || eventsByTopic == null) {
      return false;
    }
    int[] waiting = eventsByTopic.get(frame.frame.topic());
    return waiting != null && waiting[0] >= frame.policy.maxEvents();
  }

  private Offer lose(QueuedFrame frame, GapReason reason) {
    count(reason, 1).after.add(frame.frame, reason);
    dropped(frame, reason);
    return Offer.LOST;
  }

  /**
   * Puts the gaps that wait behind the queue into it, so that {@code frame} may follow.
   *
   * @return false when the gap of the frame's own topic finds no place
   */
  private boolean placeGapsBefore(QueuedFrame frame) {
    if (losses == null || losses.after.isEmpty()) {
      return true;
    }
    // Announce before the next event of the topic: a reader must never see a later event before it
    // knows what is missing. Other topics' gaps go along, so that a busy topic can't delay them.
    if (losses.gaps + losses.after.maxGaps() <= limits.maxGapSlots()) {
      losses.after.drain(this::pushGap);
      return true;
    }
    return !losses.after.precedes(frame.frame.topic());
  }

  private void pushGap(Gap gap) {
    append(gap);
    losses().gaps++;
  }

  private void push(QueuedFrame frame) {
    SlotRing held = ring;
    if (held != null && held.conflates() && frame.conflates()) {
      append(held.makePlace(frame));
    } else {
      append(frame);
    }
    enter(frame);
  }

  private void enter(QueuedFrame frame) {
    memory.hold(frame);
    events++;
    bytes += frame.size;
    if (frame.isLimited) {
      if (eventsByTopic == null) {
        eventsByTopic = new HashMap<>();
      }
      eventsByTopic.computeIfAbsent(frame.frame.topic(), t -> new int[1])[0]++;
    }
  }

  private void leave(QueuedFrame frame) {
    memory.release(frame);
    events--;
    bytes -= frame.size;
    if (frame.isLimited && eventsByTopic != null) {
      int[] waiting = eventsByTopic.get(frame.frame.topic());
      if (waiting != null && --waiting[0] == 0) {
        eventsByTopic.remove(frame.frame.topic());
      }
    }
  }

  // ---- making room

  /**
   * Puts the frame where an older one of its key waits; false when none does or bytes don't fit.
   */
  private boolean replaceOlder(QueuedFrame frame) {
    ConflatedFrame place = ring().place(frame);
    if (place == null || bytes - place.newest.size + frame.size > limits.maxBytes()) {
      return false;
    }
    QueuedFrame older = place.newest;
    leave(older);
    if (!admits(frame)) {
      // The older event keeps its place: what is lost is what the node has no room for.
      enter(older);
      lose(frame, GapReason.OVERLOAD);
      return true;
    }
    enter(frame);
    place.replaceBy(frame);
    count(GapReason.CONFLATED, 1);
    return true;
  }

  private void dropHead() {
    Object slot = removeHead();
    if (slot instanceof Gap gap) {
      losses().gaps--;
      losses().before.add(gap);
    } else if (slot instanceof QueuedFrame frame) {
      dropOld(frame);
    } else if (slot instanceof ConflatedFrame conflated) {
      announceReplaced(conflated);
      dropOld(conflated.newest);
    }
  }

  private void removeOldestOf(String topic) {
    for (int i = 0; i < slotCount(); i++) {
      Object slot = slot(i);
      if (slot instanceof QueuedFrame frame && frame.frame.topic().equals(topic)) {
        takeOut(i);
        dropOld(frame);
        return;
      }
      if (slot instanceof ConflatedFrame conflated
          && conflated.newest.frame.topic().equals(topic)) {
        takeOut(i);
        forget(conflated);
        announceReplaced(conflated);
        dropOld(conflated.newest);
        return;
      }
    }
    throw new IllegalStateException("a topic's share counts an event that does not wait");
  }

  /** All older events of the topic are sent, so its gap may stand ahead of everything. */
  private void dropOld(QueuedFrame frame) {
    leave(frame);
    count(GapReason.QUEUE_FULL, 1).before.add(frame.frame, GapReason.QUEUE_FULL);
    dropped(frame, GapReason.QUEUE_FULL);
  }

  private void dropped(QueuedFrame frame, GapReason reason) {
    if (owner != null) {
      memory.listener().dropped(owner, frame.frame, reason);
    }
  }

  private void announceReplaced(ConflatedFrame conflated) {
    if (conflated.replaced > 0) {
      losses().before.add(conflated.takeGap());
    }
  }

  private void forget(ConflatedFrame conflated) {
    if (ring != null) {
      ring.forget(conflated);
    }
  }

  // ---- sending

  /** Takes what is to be sent next; null when nothing is. */
  private @Nullable Frame next() {
    if (losses != null && !losses.before.isEmpty()) {
      return announced(losses.before.poll());
    }
    while (slotCount() > 0) {
      Object slot = slot(0);
      if (slot instanceof ConflatedFrame conflated && conflated.replaced > 0) {
        return announced(conflated.takeGap());
      }
      removeHead();
      if (slot instanceof QueuedFrame frame) {
        return sent(frame);
      }
      if (slot instanceof ConflatedFrame conflated) {
        return sent(conflated.newest);
      }
      if (slot instanceof Gap gap) {
        losses().gaps--;
        return announced(gap);
      }
    }
    if (ring != null) {
      ring.endConflation();
    }
    return losses == null || losses.after.isEmpty() ? null : announced(losses.after.poll());
  }

  private Frame sent(QueuedFrame frame) {
    leave(frame);
    sent++;
    memory.totals.sent++;
    return frame.frame;
  }

  private Frame announced(Gap gap) {
    losses().sent(gap);
    return new GapFrame(gap);
  }

  private Losses count(GapReason reason, long lost) {
    Losses made = losses();
    made.count(reason, lost);
    memory.totals.lost.add(reason, lost);
    return made;
  }

  private Losses losses() {
    if (losses == null) {
      losses = new Losses(limits.maxGaps());
    }
    return losses;
  }

  // ---- the slots

  private int slotCount() {
    if (alone != null) {
      return 1;
    }
    return ring == null ? 0 : ring.count();
  }

  private void append(Object slot) {
    if (slotCount() == 0) {
      alone = slot;
    } else {
      ring().append(slot);
    }
  }

  private @Nullable Object removeHead() {
    Object slot = alone;
    if (slot == null) {
      slot = ring().removeHead();
    } else {
      alone = null;
    }
    if (slot instanceof ConflatedFrame conflated) {
      forget(conflated);
    }
    return slot;
  }

  private @Nullable Object slot(int index) {
    return alone != null ? alone : ring().get(index);
  }

  /** Leaves nothing where something stood. */
  private void takeOut(int index) {
    if (alone != null) {
      alone = null;
    } else {
      ring().takeOut(index);
    }
  }

  /** The ring, with what stood alone as its head. */
  private SlotRing ring() {
    SlotRing made = ring;
    if (made == null) {
      made = new SlotRing();
      ring = made;
    }
    if (alone != null) {
      made.append(alone);
      alone = null;
    }
    return made;
  }

  // ---- for the audit

  /** Events that wait, by those topics that are limited to a share. */
  Map<String, Long> shares() {
    Map<String, Long> shares = new HashMap<>();
    if (eventsByTopic != null) {
      eventsByTopic.forEach((topic, waiting) -> shares.put(topic, (long) waiting[0]));
    }
    return shares;
  }

  /** Lost events by where they are announced: sent, standing in the queue, or waiting. */
  long recountLost() {
    if (losses == null) {
      return 0;
    }
    long sum = losses.announced() + losses.before.events() + losses.after.events();
    for (Object slot : waiting()) {
      if (slot instanceof Gap gap) {
        sum += gap.count();
      } else if (slot instanceof ConflatedFrame conflated) {
        sum += conflated.replaced;
      }
    }
    return sum;
  }

  boolean isWithinLimits() {
    return events <= limits.maxEvents()
        && bytes <= limits.maxBytes()
        && (losses == null || losses.gaps <= limits.maxGapSlots());
  }

  /** The frames that wait, each as often as it does. */
  void forEachWaiting(Consumer<QueuedFrame> frames) {
    for (Object slot : waiting()) {
      if (slot instanceof QueuedFrame frame) {
        frames.accept(frame);
      } else if (slot instanceof ConflatedFrame conflated) {
        frames.accept(conflated.newest);
      }
    }
  }

  int slotsHeld() {
    return ring == null ? 0 : ring.length();
  }

  boolean isClosed() {
    return closed;
  }

  private List<Object> waiting() {
    List<Object> waiting = new ArrayList<>(slotCount());
    for (int i = 0; i < slotCount(); i++) {
      Object slot = slot(i);
      if (slot != null) {
        waiting.add(slot);
      }
    }
    return waiting;
  }
}
