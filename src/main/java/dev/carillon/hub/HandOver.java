package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The way from any thread to the one that owns a hub: events and calls in one order, bounded.
 *
 * <p>A publication that finds no room is dropped and counted. The next one carries the counts ahead
 * of its events, so that a gap stands exactly where its events are missing; where none follows, the
 * owner finds the counts when it has taken everything.
 *
 * <p>{@link #publish}, {@link #call} and {@link #eventsLost} are for any thread, the rest is for
 * the owner.
 */
final class HandOver {
  /** Topics whose losses are told apart at most; the rest is counted together. */
  private static final int MAX_GAP_TOPICS = 4096;

  private final MpscAtomicArrayQueue<Item> items;
  private final int maxPublications;
  private final long maxBytes;
  private final AtomicLong waitingBytes = new AtomicLong();

  /** Written by the owner before it says that it idles, read by others after. */
  private @Nullable Thread owner;

  private final AtomicBoolean ownerIdles = new AtomicBoolean();

  private final Object lossLock = new Object();
  private PendingGaps losses = new PendingGaps(MAX_GAP_TOPICS);
  private long eventsLost;

  /** Written with the lock. While it is set, whoever publishes goes by the lock. */
  private volatile boolean lossesWait;

  /** What waits. */
  sealed interface Item permits Publication, Call {}

  /**
   * Events, and what was lost since the publication before.
   *
   * @param gaps older than {@code frames}; null where nothing was lost
   */
  record Publication(@Nullable PendingGaps gaps, List<EventFrame> frames, long bytes)
      implements Item {}

  /**
   * Something to be run by the owner.
   *
   * @param refused runs in its place when the owner has gone
   */
  record Call(Runnable action, Runnable refused) implements Item {}

  /**
   * Makes an empty one.
   *
   * @param maxPublications that wait at most
   * @param maxCalls that can wait at the same time; the caller knows how many that can be
   * @param maxBytes of events that wait, at most; one publication always fits
   */
  HandOver(int maxPublications, int maxCalls, long maxBytes) {
    this.items = new MpscAtomicArrayQueue<>(maxPublications + maxCalls);
    this.maxPublications = maxPublications;
    this.maxBytes = maxBytes;
  }

  /**
   * Hands events over, or drops all of them.
   *
   * @return whether they were handed over
   */
  boolean publish(List<EventFrame> frames) {
    long bytes = 0;
    for (EventFrame frame : frames) {
      bytes += frame.size();
    }
    boolean handedOver =
        (!lossesWait && offer(null, frames, bytes)) || publishAfterLosses(frames, bytes);
    wakeOwner();
    return handedOver;
  }

  /** Hands a call over; there is always room for as many as were said to be. */
  void call(Call call) {
    if (!items.offer(call)) {
      throw new IllegalStateException("more calls wait than there can be");
    }
    wakeOwner();
  }

  /** Hands a call over where a publication would find room. */
  boolean tryCall(Call call) {
    boolean handedOver = items.offerIfBelowThreshold(call, maxPublications);
    wakeOwner();
    return handedOver;
  }

  /** Events dropped here so far. */
  long eventsLost() {
    synchronized (lossLock) {
      return eventsLost;
    }
  }

  // ---- for the owner

  /** Takes the oldest item; null when none waits. */
  @Nullable Item poll() {
    Item item = items.poll();
    if (item instanceof Publication publication) {
      waitingBytes.addAndGet(-publication.bytes);
    }
    return item;
  }

  /** Takes the losses that no publication followed; null when there are none or something waits. */
  @Nullable PendingGaps pollLosses() {
    if (!lossesWait) {
      return null;
    }
    synchronized (lossLock) {
      // What was handed over before these losses must be taken before them.
      return items.isEmpty() ? takeLosses() : null;
    }
  }

  /** Waits until something is there, or {@code atMostNanos} have passed, or for no reason. */
  void await(long atMostNanos) {
    owner = Thread.currentThread();
    ownerIdles.set(true);
    if (items.isEmpty() && !lossesWait) {
      LockSupport.parkNanos(this, atMostNanos);
    }
    ownerIdles.set(false);
  }

  // ---- how

  /** The lock is held only to count: nobody waits behind it for a subscriber or for room. */
  private boolean publishAfterLosses(List<EventFrame> frames, long bytes) {
    synchronized (lossLock) {
      if (offer(losses, frames, bytes)) {
        takeLosses();
        return true;
      }
      for (EventFrame frame : frames) {
        losses.add(frame, GapReason.OVERLOAD);
      }
      eventsLost += frames.size();
      lossesWait = true;
      return false;
    }
  }

  private boolean offer(@Nullable PendingGaps gaps, List<EventFrame> frames, long bytes) {
    long waiting = waitingBytes.addAndGet(bytes);
    boolean fits = waiting == bytes || waiting <= maxBytes;
    if (fits
        && items.offerIfBelowThreshold(new Publication(gaps, frames, bytes), maxPublications)) {
      return true;
    }
    waitingBytes.addAndGet(-bytes);
    return false;
  }

  private PendingGaps takeLosses() {
    PendingGaps taken = losses;
    losses = new PendingGaps(MAX_GAP_TOPICS);
    lossesWait = false;
    return taken;
  }

  private void wakeOwner() {
    if (ownerIdles.get() && ownerIdles.compareAndSet(true, false)) {
      LockSupport.unpark(owner);
    }
  }
}
