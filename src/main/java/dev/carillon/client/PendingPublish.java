package dev.carillon.client;

import io.vertx.core.Promise;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One publish command, of one event or a batch, on its way to its answer. */
final class PendingPublish {

  /** Where it is. */
  enum Stage {
    /** Waits for the connection to take it. */
    QUEUED,
    /** Sent; the answer is to come. */
    SENT,
    /** Refused or unanswered; waits before the next attempt. */
    RESTING,
    /** Ended. */
    DONE
  }

  private final PublishFrame frame;
  private final Promise<List<Published>> promise;

  private Stage stage = Stage.QUEUED;
  private int attempts;
  private long deadlineMs;
  private ClientTimer.@Nullable Timeout rest;
  private Optional<CarillonException> lastFailure = Optional.empty();

  PendingPublish(PublishFrame frame, Promise<List<Published>> promise) {
    this.frame = frame;
    this.promise = promise;
  }

  long id() {
    return frame.id();
  }

  PublishFrame frame() {
    return frame;
  }

  Promise<List<Published>> promise() {
    return promise;
  }

  Stage stage() {
    return stage;
  }

  /** Begins an attempt: back in the queue, with a new deadline. */
  void beginAttempt(long newDeadlineMs) {
    attempts++;
    deadlineMs = newDeadlineMs;
    stage = Stage.QUEUED;
    rest = null;
  }

  void sent() {
    stage = Stage.SENT;
  }

  void restUntil(ClientTimer.Timeout timeout) {
    stage = Stage.RESTING;
    rest = timeout;
  }

  void done() {
    stage = Stage.DONE;
    if (rest != null) {
      rest.cancel();
      rest = null;
    }
  }

  /** Ends it without an attempt. */
  void failUntried(CarillonException reason) {
    promise.tryFail(new PublishFailedException(reason, frame.topic(), frame.eventIds(), 0));
  }

  /** Ends it after its last attempt. */
  void fail(CarillonException reason) {
    promise.tryFail(new PublishFailedException(reason, frame.topic(), frame.eventIds(), attempts));
  }

  /** Attempts begun so far. */
  int attempts() {
    return attempts;
  }

  /** When the present attempt is over. */
  long deadlineMs() {
    return deadlineMs;
  }

  void failedWith(CarillonException failure) {
    lastFailure = Optional.of(failure);
  }

  /** What ended the attempt before the last one, where that says more than a timeout. */
  Optional<CarillonException> lastFailure() {
    return lastFailure;
  }
}
