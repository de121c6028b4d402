package dev.carillon.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what is pending in a client. Asked before a publish is handed to the client's context, so
 * that no thread can pile up more than the bound. Safe for all threads.
 */
final class PublishAdmission {
  private final PublishPolicy policy;
  private final AtomicInteger events = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  PublishAdmission(PublishPolicy policy) {
    this.policy = policy;
  }

  /** Takes room, or takes none and answers false. */
  boolean tryEnter(int moreEvents, long moreBytes) {
    int nowEvents = events.addAndGet(moreEvents);
    long nowBytes = bytes.addAndGet(moreBytes);
    // One publish of any size may always go alone; its own frame is bounded elsewhere.
    boolean alone = nowEvents == moreEvents;
    if (alone || (nowEvents <= policy.maxPending() && nowBytes <= policy.maxPendingBytes())) {
      return true;
    }
    leave(moreEvents, moreBytes);
    return false;
  }

  void leave(int fewerEvents, long fewerBytes) {
    events.addAndGet(-fewerEvents);
    bytes.addAndGet(-fewerBytes);
  }

  /** Events without an answer, now. */
  int pendingEvents() {
    return events.get();
  }
}
