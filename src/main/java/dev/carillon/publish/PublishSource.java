package dev.carillon.publish;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One connection that publishes: how much of it is on its way, and whether reading from it is
 * paused.
 *
 * <p>Confined to the event loop of its gateway.
 */
public abstract class PublishSource {
  private long bytesInFlight;
  private @Nullable Deque<Runnable> waiting;
  private boolean pausedForItself;
  private boolean pausedForAll;

  /** Stop reading from the connection, so that its sender feels the pressure. */
  protected abstract void pausePublishing();

  /** Read on. */
  protected abstract void resumePublishing();

  /** Send what outcomes have been answered; called after the last one of a turn of the loop. */
  protected abstract void flushAnswers();

  final long bytesInFlight() {
    return bytesInFlight;
  }

  final void admit(long bytes, long pauseAbove) {
    bytesInFlight += bytes;
    if (bytesInFlight > pauseAbove) {
      set(true, pausedForAll);
    }
  }

  final void release(long bytes, long pauseAbove) {
    bytesInFlight -= bytes;
    if (bytesInFlight <= pauseAbove / 2) {
      set(false, pausedForAll);
    }
  }

  /**
   * Pauses because all connections together have too much on its way; false when it is so already.
   */
  final boolean pauseForAll() {
    boolean fresh = !pausedForAll;
    set(pausedForItself, true);
    return fresh;
  }

  final void resumeForAll() {
    set(pausedForItself, false);
  }

  /**
   * From now on what this connection publishes waits, so that it can't overtake what it published
   * before. Few can wait: reading pauses.
   */
  final void holdOrder() {
    boolean was = isPaused();
    waiting = new ArrayDeque<>(2);
    changed(was);
  }

  /** Makes {@code publish} wait where the order is being held. */
  final boolean waitsFor(Runnable publish) {
    if (waiting == null) {
      return false;
    }
    waiting.add(publish);
    return true;
  }

  /** What waits goes on, in its order; it may make the rest wait again. */
  final void releaseOrder() {
    boolean was = isPaused();
    Deque<Runnable> due = waiting;
    waiting = null;
    changed(was);
    while (due != null && !due.isEmpty()) {
      Runnable next = due.removeFirst();
      if (waiting != null) {
        waiting.add(next);
      } else {
        next.run();
      }
    }
  }

  private void set(boolean forItself, boolean forAll) {
    boolean was = isPaused();
    pausedForItself = forItself;
    pausedForAll = forAll;
    changed(was);
  }

  private boolean isPaused() {
    return pausedForItself || pausedForAll || waiting != null;
  }

  private void changed(boolean was) {
    if (isPaused() && !was) {
      pausePublishing();
    } else if (was && !isPaused()) {
      resumePublishing();
    }
  }
}
