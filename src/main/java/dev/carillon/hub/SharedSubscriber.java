package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.GapFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a queue of a {@link SharedHub} and its handler: takes a little from the queue
 * on the hub's thread, gives it to the handler on another one, and comes back for more.
 *
 * <p>At most one run of the handler is under way. Fields belong to the hub's thread unless they say
 * otherwise; a run works on what it was given.
 */
final class SharedSubscriber implements Receiver {
  /** Taken from the queue at once: what a slow handler holds beyond its queue's bound. */
  private static final long RUN_BYTES = 16 << 10;

  private final String id;
  private final EventHandler handler;
  private final Executor executor;
  private final HandOver handOver;
  private final Owner owner;

  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Set by whoever ends the subscription first; any thread. */
  private final AtomicBoolean leaving = new AtomicBoolean();

  /** Tells a run to make no further call; written by the hub's thread, read by the run. */
  private volatile boolean stopped;

  /** The thread that runs the handler now; written by the run, read by any thread. */
  private volatile @Nullable Thread runner;

  /** Taken from the queue and not yet given to a run. */
  private List<Frame> next = new ArrayList<>();

  private @Nullable SubscriberQueue queue;
  private boolean running;
  private boolean hasLastCall;
  private long eventsNotHandled;

  /** Hears on the hub's thread how it goes. */
  interface Owner {

    /** The executor had no room: {@link SharedSubscriber#retry} should follow in a while. */
    void refused(SharedSubscriber subscriber);

    /** The subscriber has to be unsubscribed. */
    void overflowed(SharedSubscriber subscriber);

    /** It is unsubscribed and its handler will not be called any more. */
    void ended(SharedSubscriber subscriber);
  }

  SharedSubscriber(
      String id, EventHandler handler, Executor executor, HandOver handOver, Owner owner) {
    this.id = id;
    this.handler = handler;
    this.executor = executor;
    this.handOver = handOver;
    this.owner = owner;
  }

  String id() {
    return id;
  }

  /** Completes when it is subscribed. */
  CompletableFuture<Void> begun() {
    return begun;
  }

  /** Completes when it is unsubscribed and its handler will not be called any more. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Claims the right to end it; true for the first who does. */
  boolean claimEnd() {
    return leaving.compareAndSet(false, true);
  }

  boolean isRunBy(Thread thread) {
    return runner == thread;
  }

  // ---- on the hub's thread

  @Override
  public void ready(Subscriber subscriber) {
    queue = subscriber.queue();
    startRun();
  }

  /** Asks the executor again. */
  void retry() {
    startRun();
  }

  @Override
  public void overflowed(Subscriber subscriber) {
    hasLastCall = true;
    owner.overflowed(this);
  }

  /** It is unsubscribed: a run that is under way makes no further call. */
  void stop() {
    stopped = true;
    eventsNotHandled += eventsIn(next);
    next = List.of();
    if (!running) {
      end();
    }
  }

  /** Events that it took from its queue and its handler never saw; final once it has ended. */
  long eventsNotHandled() {
    return eventsNotHandled;
  }

  private void startRun() {
    if (running || stopped || queue == null) {
      return;
    }
    if (next.isEmpty()) {
      queue.drain(RUN_BYTES, next::add);
    }
    List<Frame> frames = next;
    if (frames.isEmpty()) {
      return;
    }
    if (execute(() -> run(frames))) {
      next = new ArrayList<>();
    } else {
      owner.refused(this);
    }
  }

  private boolean execute(Runnable run) {
    try {
      executor.execute(run);
      running = true;
    } catch (RejectedExecutionException e) {
      running = false;
    }
    return running;
  }

  private void runEnded(long notHandled) {
    running = false;
    eventsNotHandled += notHandled;
    if (stopped) {
      end();
    } else {
      startRun();
    }
  }

  private void end() {
    if (!hasLastCall || !execute(this::runLastCall)) {
      owner.ended(this);
    }
  }

  // ---- on a thread of the executor

  private void run(List<Frame> frames) {
    int handled = 0;
    runner = Thread.currentThread();
    try {
      while (handled < frames.size() && !stopped) {
        give(frames.get(handled++));
      }
    } finally {
      runner = null;
      long left = eventsIn(frames.subList(handled, frames.size()));
      report(() -> runEnded(left));
    }
  }

  private void runLastCall() {
    runner = Thread.currentThread();
    try {
      guard(handler::overflowed);
    } finally {
      runner = null;
      report(() -> owner.ended(this));
    }
  }

  private void report(Runnable result) {
    handOver.call(new HandOver.Call(result, result));
  }

  private void give(Frame frame) {
    if (frame instanceof EventFrame event) {
      guard(() -> handler.handle(event.event()));
    } else if (frame instanceof GapFrame gap) {
      guard(() -> handler.lost(gap.gap()));
    }
  }

  private static void guard(Runnable call) {
    try {
      call.run();
    } catch (Throwable failure) {
      Uncaught.report(failure);
    }
  }

  private static long eventsIn(List<Frame> frames) {
    return frames.stream().filter(EventFrame.class::isInstance).count();
  }
}
