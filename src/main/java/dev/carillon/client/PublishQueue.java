package dev.carillon.client;

import dev.carillon.client.PendingPublish.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Publishes that have no answer yet. Each goes out in the order it was given; one whose connection
 * broke goes out again first, in the old order; one that was refused for now, or not answered in
 * time, goes out again after a wait, behind what was given meanwhile. All attempts of a publish
 * carry the same event ids, so that the server publishes once.
 *
 * <p>Owned by the client's context; how much it holds is bounded by {@link PublishAdmission}.
 */
final class PublishQueue {
  private final PublishPolicy policy;
  private final ClientTimer timer;
  private final RandomGenerator random;

  private final Map<Long, PendingPublish> pending = new HashMap<>();
  // May hold ended ones, which are passed over.
  private final Deque<PendingPublish> unsent = new ArrayDeque<>();
  // QUEUED and SENT ones by deadline: each attempt has the same length, so the order is that of
  // begin.
  private final LinkedHashMap<Long, PendingPublish> byDeadline = new LinkedHashMap<>();

  private @Nullable Connection connection;
  private ClientTimer.@Nullable Timeout alarm;

  PublishQueue(PublishPolicy policy, ClientTimer timer, RandomGenerator random) {
    this.policy = policy;
    this.timer = timer;
    this.random = random;
  }

  void add(PendingPublish publish) {
    pending.put(publish.id(), publish);
    enqueue(publish);
    pump();
  }

  private void enqueue(PendingPublish publish) {
    begin(publish);
    unsent.addLast(publish);
  }

  private void begin(PendingPublish publish) {
    publish.beginAttempt(timer.nowMs() + policy.timeout().toMillis());
    byDeadline.remove(publish.id());
    byDeadline.put(publish.id(), publish);
    if (alarm == null) {
      alarm = timer.schedule(policy.timeout().toMillis(), this::onAlarm);
    }
  }

  void connected(Connection opened) {
    connection = opened;
    pump();
  }

  /** What was sent without an answer goes to the front of the queue, oldest first. */
  void disconnected() {
    connection = null;
    CarillonException reason =
        new CarillonException(
            CarillonException.CONNECTION_LOST, "the connection broke before the answer", true);
    List<PendingPublish> unanswered = new ArrayList<>();
    for (PendingPublish publish : byDeadline.values()) {
      if (publish.stage() == Stage.SENT) {
        unanswered.add(publish);
      }
    }
    unanswered.sort((a, b) -> Long.compare(b.id(), a.id()));
    for (PendingPublish publish : unanswered) {
      publish.failedWith(reason);
      if (isLastAttempt(publish)) {
        giveUp(publish, reason);
      } else {
        begin(publish);
        unsent.addFirst(publish);
      }
    }
  }

  /** Sends as much as the connection takes. */
  void pump() {
    Connection open = connection;
    while (open != null && !unsent.isEmpty()) {
      PendingPublish next = unsent.peekFirst();
      if (next.stage() == Stage.QUEUED) {
        if (!open.isWritable()) {
          return;
        }
        next.sent();
        open.send(next.frame().json());
      }
      unsent.pollFirst();
    }
  }

  /** Takes the answer to a publish; answers whether it was one. */
  boolean onReply(ServerFrame.Reply reply) {
    PendingPublish publish = pending.get(reply.id());
    if (publish == null) {
      return false;
    }
    if (reply instanceof ServerFrame.PublishedReply published) {
      List<Published> results = PublishedReader.read(publish, published);
      end(publish);
      publish.promise().tryComplete(results);
    } else if (reply instanceof ServerFrame.Refused refused && publish.stage() == Stage.SENT) {
      onRefused(
          publish, new CarillonException(refused.code(), refused.message(), refused.retryable()));
    }
    return true;
  }

  private void onRefused(PendingPublish publish, CarillonException reason) {
    publish.failedWith(reason);
    if (!reason.isRetryable() || isLastAttempt(publish)) {
      giveUp(publish, reason);
    } else {
      rest(publish);
    }
  }

  private void rest(PendingPublish publish) {
    byDeadline.remove(publish.id());
    long delayMs = policy.backoff().delayMs(publish.attempts() - 1, random);
    publish.restUntil(
        timer.schedule(
            delayMs,
            () -> {
              enqueue(publish);
              pump();
            }));
  }

  private void onAlarm() {
    alarm = null;
    long nowMs = timer.nowMs();
    List<PendingPublish> late = new ArrayList<>();
    Iterator<PendingPublish> oldestFirst = byDeadline.values().iterator();
    while (oldestFirst.hasNext()) {
      PendingPublish publish = oldestFirst.next();
      if (publish.deadlineMs() > nowMs) {
        alarm = timer.schedule(publish.deadlineMs() - nowMs, this::onAlarm);
        break;
      }
      late.add(publish);
    }
    late.forEach(this::onTimeout);
  }

  private void onTimeout(PendingPublish publish) {
    if (isLastAttempt(publish)) {
      giveUp(publish, timeoutReason(publish));
    } else if (publish.stage() == Stage.QUEUED) {
      // Nothing was sent, so there is nothing to rest from: it keeps its place.
      begin(publish);
    } else {
      rest(publish);
    }
  }

  private CarillonException timeoutReason(PendingPublish publish) {
    String message =
        publish.stage() == Stage.QUEUED
            ? "no connection took it within " + policy.timeout().toMillis() + " ms"
            : "no answer within " + policy.timeout().toMillis() + " ms";
    String before =
        publish.lastFailure().map(failure -> "; before: " + failure.getMessage()).orElse("");
    return new CarillonException(CarillonException.TIMEOUT, message + before, true);
  }

  private boolean isLastAttempt(PendingPublish publish) {
    return publish.attempts() > policy.retries();
  }

  private void giveUp(PendingPublish publish, CarillonException reason) {
    end(publish);
    publish.fail(reason);
  }

  private void end(PendingPublish publish) {
    publish.done();
    pending.remove(publish.id());
    byDeadline.remove(publish.id());
    while (!unsent.isEmpty() && unsent.peekFirst().stage() == Stage.DONE) {
      unsent.pollFirst();
    }
  }

  /** Ends everything that is pending. */
  void close(CarillonException reason) {
    connection = null;
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
    List.copyOf(pending.values()).forEach(publish -> giveUp(publish, reason));
    unsent.clear();
  }
}
