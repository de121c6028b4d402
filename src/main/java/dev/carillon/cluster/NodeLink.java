package dev.carillon.cluster;

import dev.carillon.cluster.NodeMessage.Events;
import dev.carillon.cluster.NodeMessage.Hello;
import dev.carillon.cluster.NodeMessage.InterestPart;
import dev.carillon.cluster.NodeMessage.Load;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.hub.PendingGaps;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How events, and what this node wants, reach one other node: numbered, in order, sent again until
 * they are received, bounded in bytes.
 *
 * <p>Owned by the relay's event loop. The event bus below keeps the order of one connection and
 * loses what is on its way when that breaks. So nothing is sent again by time, which would only add
 * to what a slow way has to carry: the far side says from which number on something is missing, and
 * it can tell, for each {@link Hello} comes behind all that was sent before it.
 *
 * <p>While the node is away ({@link #suspend}) a window of what it would have got is kept for it,
 * and all beyond is counted.
 */
final class NodeLink {
  /** Bytes of events in one message, about: one never fits a window alone. */
  private static final int MESSAGE_BYTES = 128 << 10;

  private static final int INTEREST_PART_PATTERNS = 2000;

  /** Parts of the interest on their way; more of them wait, as what they come to. */
  private static final int MAX_INTEREST_PARTS = 8;

  /** The smallest window of a slow way. */
  private static final long MIN_WINDOW = 64 << 10;

  private static final long SLOW_NANOS = 1_000_000_000L;
  private static final long FAST_NANOS = 250_000_000L;
  private static final long ADJUST_NANOS = 500_000_000L;
  private static final long LAGGING_NANOS = 500_000_000L;
  private static final long RESEND_NANOS = 200_000_000L;

  private final String self;
  private final Consumer<Buffer> send;
  private final long maxBytes;
  private final int maxTopics;
  private final LongSupplier nanos;

  private final Deque<Sent> unreceived = new ArrayDeque<>();
  private final Deque<Sent> untaken = new ArrayDeque<>();
  private PendingGaps lost;
  private PendingHoles holes;

  /** What was published while the node was away and that it did not want when it left. */
  private @Nullable PendingGaps unasked;

  private final Map<Pattern, Boolean> interest = new LinkedHashMap<>();
  private boolean interestBegins;
  private boolean interestIsDue;
  private long interestVersion;
  private long receivedVersion = -1;
  private InterestSum sum = InterestSum.NONE;
  private int interestParts;

  private long life;
  private long lastNumber;
  private long receivedUpTo = 1;
  private long window;
  private long bytesInFlight;
  private long eventsSent;
  private long eventsLost;
  private long resent;
  private long lastResendNanos;
  private long lastAdjustNanos;
  private boolean suspended;

  private static final class Sent {
    final long number;
    final Buffer message;
    final long bytes;
    final long interestVersion;
    final boolean isInterest;
    final long sentNanos;
    @Nullable List<Runnable> taken;

    Sent(
        long number,
        Buffer message,
        long bytes,
        boolean isInterest,
        long interestVersion,
        long sentNanos,
        @Nullable List<Runnable> taken) {
      this.number = number;
      this.message = message;
      this.bytes = bytes;
      this.isInterest = isInterest;
      this.interestVersion = interestVersion;
      this.sentNanos = sentNanos;
      this.taken = taken;
    }

    void runTaken() {
      List<Runnable> due = taken;
      taken = null;
      if (due != null) {
        due.forEach(Runnable::run);
      }
    }
  }

  /**
   * Makes a link in its first life.
   *
   * @param self this node's id
   * @param send passes a message on without waiting
   * @param maxBytes of events sent and not yet taken, at most
   * @param maxTopics whose losses are told apart
   * @param life a number that grows from life to life
   */
  NodeLink(
      String self,
      Consumer<Buffer> send,
      long maxBytes,
      int maxTopics,
      long life,
      LongSupplier nanos) {
    this.self = self;
    this.send = send;
    this.maxBytes = maxBytes;
    this.maxTopics = maxTopics;
    this.window = maxBytes;
    this.nanos = nanos;
    this.life = life;
    this.lost = new PendingGaps(maxTopics);
    this.holes = new PendingHoles(maxTopics);
    this.lastResendNanos = nanos.getAsLong() - RESEND_NANOS;
    this.lastAdjustNanos = nanos.getAsLong();
  }

  // ---- events

  /**
   * Sends events, or counts them where they find no room.
   *
   * @param taken each runs when the far side has taken the events, or once it is too slow to wait
   *     for
   */
  void offer(List<WireEvent> events, List<Runnable> taken) {
    int from = 0;
    while (from < events.size()) {
      int to = from;
      long bytes = 0;
      while (to < events.size() && (to == from || bytes + events.get(to).size() <= MESSAGE_BYTES)) {
        bytes += events.get(to).size();
        to++;
      }
      List<WireEvent> part = events.subList(from, to);
      boolean last = to == events.size();
      if (bytesInFlight > 0 && bytesInFlight + bytes > window) {
        part.forEach(event -> lose(event.frame()));
        if (last) {
          taken.forEach(Runnable::run);
        }
      } else {
        eventsSent += part.size();
        boolean isAwaited = !suspended && !isLagging();
        sendEvents(List.copyOf(part), bytes, last && isAwaited ? taken : List.of());
        if (last && !isAwaited) {
          taken.forEach(Runnable::run);
        }
      }
      from = to;
    }
  }

  /** Sends a gap behind the events before it. */
  void announce(Gap gap) {
    lost.add(gap);
    sendLosses();
  }

  /** Says what is to be read from a history. */
  void repair(Hole hole) {
    if (!holes.add(hole)) {
      lost.add(Gap.ofEpoch(hole.topic(), hole.epoch()));
    }
    sendLosses();
  }

  /** An event that the node did not want when it left, and may want by now. */
  void missUnasked(EventFrame frame) {
    if (suspended) {
      PendingGaps missed = unasked;
      if (missed == null) {
        missed = new PendingGaps(maxTopics);
        unasked = missed;
      }
      missed.add(frame, GapReason.CLUSTER_LOSS);
    }
  }

  private void lose(EventFrame frame) {
    if (!holes.add(frame)) {
      lost.add(frame, GapReason.CLUSTER_LOSS);
      eventsLost++;
    }
  }

  private void sendLosses() {
    if (!suspended && !(lost.isEmpty() && holes.isEmpty()) && bytesInFlight < window) {
      sendEvents(List.of(), 0, List.of());
    }
  }

  private void sendEvents(List<WireEvent> events, long bytes, List<Runnable> taken) {
    List<Gap> gaps = List.of();
    if (!lost.isEmpty()) {
      gaps = new ArrayList<>();
      lost.drain(gaps::add);
    }
    send(new Events(gaps, holes.drain(), events), bytes, taken);
  }

  // ---- interest

  /** This node wants, or no longer wants, what matches. {@link #flushInterest} follows. */
  void wants(Pattern pattern, boolean wanted) {
    interest.put(pattern, wanted);
  }

  /** Sends what changed. */
  void flushInterest(InterestSum now) {
    interestVersion = now.version();
    sum = now;
    interestIsDue = true;
    sendInterest();
  }

  /** Sends all of it anew. */
  void sendWhole(Collection<Pattern> all, InterestSum now) {
    interest.clear();
    all.forEach(pattern -> interest.put(pattern, true));
    interestBegins = true;
    receivedVersion = -1;
    flushInterest(now);
  }

  /** The newest version that the far side is known to have in force; -1 where it has none. */
  long receivedVersion() {
    return receivedVersion;
  }

  private void sendInterest() {
    while (interestIsDue && !suspended && interestParts < MAX_INTEREST_PARTS) {
      List<Pattern> added = new ArrayList<>();
      List<Pattern> removed = new ArrayList<>();
      Iterator<Map.Entry<Pattern, Boolean>> changes = interest.entrySet().iterator();
      while (changes.hasNext() && added.size() + removed.size() < INTEREST_PART_PATTERNS) {
        Map.Entry<Pattern, Boolean> change = changes.next();
        (change.getValue() ? added : removed).add(change.getKey());
        changes.remove();
      }
      boolean complete = interest.isEmpty();
      interestIsDue = !complete;
      send(
          new InterestPart(
              interestBegins,
              complete ? interestVersion : InterestPart.MORE_FOLLOWS,
              added,
              removed),
          0,
          List.of());
      interestBegins = false;
    }
  }

  // ---- numbers

  private void send(Load load, long bytes, List<Runnable> taken) {
    long number = ++lastNumber;
    Buffer message = NodeCodec.encode(new Numbered(self, life, number, load));
    boolean isInterest = load instanceof InterestPart;
    long version = load instanceof InterestPart part ? part.version() : -1;
    Sent sent =
        new Sent(
            number,
            message,
            bytes,
            isInterest,
            version,
            nanos.getAsLong(),
            taken.isEmpty() ? null : taken);
    unreceived.addLast(sent);
    untaken.addLast(sent);
    bytesInFlight += bytes;
    interestParts += isInterest ? 1 : 0;
    if (!suspended) {
      send.accept(message);
    }
  }

  /** Asks the far side whether all got through. */
  void hello() {
    send.accept(
        NodeCodec.encode(
            new Hello(
                self, life, lastNumber, interestIsDue ? sum.at(InterestPart.MORE_FOLLOWS) : sum)));
  }

  /** Whether the far side has forgotten what it had of this life. */
  boolean isForgotten(Receipt receipt) {
    return receipt.life() == life
        && receipt.wish() == NodeMessage.Wish.SEND_AGAIN
        && receipt.received() == 1
        && receivedUpTo > 1;
  }

  /** The far side's answer. */
  void receipt(Receipt receipt) {
    if (receipt.life() != life) {
      return;
    }
    receivedUpTo = Math.max(receivedUpTo, receipt.received());
    while (!unreceived.isEmpty() && unreceived.peekFirst().number < receipt.received()) {
      Sent sent = unreceived.removeFirst();
      if (sent.isInterest) {
        interestParts--;
        receivedVersion = Math.max(receivedVersion, sent.interestVersion);
      }
    }
    long now = nanos.getAsLong();
    long slowest = -1;
    while (!untaken.isEmpty() && untaken.peekFirst().number < receipt.taken()) {
      Sent sent = untaken.removeFirst();
      bytesInFlight -= sent.bytes;
      if (sent.bytes > 0) {
        slowest = Math.max(slowest, now - sent.sentNanos);
      }
      sent.runTaken();
    }
    adjust(slowest, now);
    if (receipt.wish() == NodeMessage.Wish.SEND_AGAIN && now - lastResendNanos >= RESEND_NANOS) {
      lastResendNanos = now;
      sendAgain();
    }
    sendInterest();
    sendLosses();
  }

  private void sendAgain() {
    if (!suspended) {
      for (Sent sent : unreceived) {
        resent++;
        send.accept(sent.message);
      }
    }
  }

  /** A way on which events take a second gets less of them at once, and more as it gets faster. */
  private void adjust(long delayNanos, long now) {
    if (delayNanos < 0 || now - lastAdjustNanos < ADJUST_NANOS) {
      return;
    }
    if (delayNanos > SLOW_NANOS && window > MIN_WINDOW) {
      window = Math.max(Math.min(MIN_WINDOW, maxBytes), window / 2);
      lastAdjustNanos = now;
    } else if (delayNanos < FAST_NANOS && window < maxBytes) {
      window = Math.min(maxBytes, window * 2);
      lastAdjustNanos = now;
    }
  }

  /** Lets go of publishers that wait for a far side that is too slow. */
  void releaseIfLagging() {
    if (isLagging()) {
      untaken.forEach(Sent::runTaken);
    }
  }

  private boolean isLagging() {
    Sent oldest = untaken.peekFirst();
    return oldest != null && nanos.getAsLong() - oldest.sentNanos > LAGGING_NANOS;
  }

  // ---- away and back

  /** The node is gone, perhaps to come back: nothing is sent until then. */
  void suspend() {
    suspended = true;
    untaken.forEach(Sent::runTaken);
  }

  /** The node is back. What it did not get is sent again as soon as it says so. */
  void resume() {
    suspended = false;
    hello();
    sendInterest();
    sendLosses();
  }

  /**
   * What was published while the node was away, of topics that it began to want meanwhile: how much
   * of it came after it began nobody knows.
   */
  void announceUnasked(Predicate<String> wanted) {
    PendingGaps missed = unasked;
    unasked = null;
    if (missed != null) {
      missed.drain(
          gap -> {
            if (gap.topic().equals(Gap.MANY_TOPICS) || wanted.test(gap.topic())) {
              lost.add(new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, GapReason.CLUSTER_LOSS));
            }
          });
      sendLosses();
    }
  }

  /**
   * Begins another life: the far side knows nothing of this one.
   *
   * @param newLife greater than the one before
   */
  void beginAnew(long newLife, Collection<Pattern> all, InterestSum now) {
    boolean lostSome =
        untaken.stream().anyMatch(sent -> sent.bytes > 0) || !lost.isEmpty() || !holes.isEmpty();
    untaken.forEach(Sent::runTaken);
    unreceived.clear();
    untaken.clear();
    lost = new PendingGaps(maxTopics);
    holes = new PendingHoles(maxTopics);
    interestParts = 0;
    bytesInFlight = 0;
    lastNumber = 0;
    receivedUpTo = 1;
    life = newLife;
    sendWhole(all, now);
    if (lostSome) {
      announce(new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, GapReason.CLUSTER_LOSS));
    }
  }

  /** Nothing more is sent; nobody waits for it. */
  void close() {
    suspended = true;
    untaken.forEach(Sent::runTaken);
    untaken.clear();
    unreceived.clear();
    bytesInFlight = 0;
  }

  // ---- books

  boolean isSuspended() {
    return suspended;
  }

  /** Whether all that was sent has been taken and nothing waits. */
  boolean isIdle() {
    return untaken.isEmpty() && !interestIsDue && lost.isEmpty() && holes.isEmpty();
  }

  long life() {
    return life;
  }

  long bytesInFlight() {
    return bytesInFlight;
  }

  long window() {
    return window;
  }

  long eventsSent() {
    return eventsSent;
  }

  /** Events lost here so far, and not to be read from a history. */
  long eventsLost() {
    return eventsLost;
  }

  /** Messages that had to be sent again. */
  long resent() {
    return resent;
  }

  /** How long the oldest message that is not taken has been on its way. */
  long lagMillis() {
    Sent oldest = untaken.peekFirst();
    return oldest == null ? 0 : (nanos.getAsLong() - oldest.sentNanos) / 1_000_000;
  }
}
