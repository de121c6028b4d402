package dev.carillon.hub;

import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import dev.carillon.hub.HandOver.Call;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A hub on a thread of its own, for programs of many threads: any of them may subscribe,
 * unsubscribe and publish.
 *
 * <p>Publishing never waits. An event is handed to the hub's thread, which puts it into the bounded
 * queue of each subscriber that asked for its topic; from there the subscriber's handler gets it on
 * a thread of the executor, in order and one call at a time. A slow handler fills its own queue and
 * costs nobody else. What finds no room anywhere is counted, and the handler is told before the
 * next event of that topic.
 *
 * <p>What one thread calls takes effect in the order of the calls. Actions that depend on a
 * returned future may run on the hub's thread and must not block; those that do belong into an
 * {@code …Async} variant.
 */
public final class SharedHub implements AutoCloseable {
  /**
   * A subscriber begins, ends and reports of a run of its handler: at most one call of each waits.
   */
  private static final int CALLS_PER_SUBSCRIBER = 3;

  private static final String CLOSED = "the hub is closed";

  private final SharedHubSettings settings;
  private final Executor executor;
  private final @Nullable ExecutorService ownExecutor;
  private final HandOver handOver;
  private final Thread thread;
  private final SharedHubLoop loop;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** By the ids in use. Added to with {@link #registration}, taken from by the hub's thread. */
  private final Map<String, SharedSubscriber> subscribers = new ConcurrentHashMap<>();

  /** Held while calls that belong to an id are handed over, so that they are in its order. */
  private final Object registration = new Object();

  /** Written with {@link #registration}: no subscriber comes after it. */
  private volatile boolean closing;

  /** Written by the hub's thread: it takes nothing any more. */
  private volatile boolean gone;

  private SharedHub(
      SharedHubSettings settings, Executor executor, @Nullable ExecutorService ownExecutor) {
    this.settings = settings;
    this.executor = executor;
    this.ownExecutor = ownExecutor;
    this.handOver =
        new HandOver(
            settings.maxPublications(),
            settings.maxSubscribers() * CALLS_PER_SUBSCRIBER + 1,
            settings.maxBytes());
    this.thread = new Thread(this::run, "carillon-hub");
    this.loop =
        new SharedHubLoop(
            new Hub(settings.hub(), SharedHubLoop.REPORTS_FAILURES, thread),
            handOver,
            subscriber -> subscribers.remove(subscriber.id(), subscriber));
  }

  /** Starts a hub with default settings and a thread for each handler that is busy. */
  public static SharedHub start() {
    return start(SharedHubSettings.DEFAULT);
  }

  /** Starts a hub with a thread for each handler that is busy. */
  public static SharedHub start(SharedHubSettings settings) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService handlers =
        Executors.newCachedThreadPool(
            run -> new Thread(run, "carillon-handler-" + number.incrementAndGet()));
    return started(new SharedHub(settings, handlers, handlers));
  }

  /**
   * Starts a hub whose handlers run on {@code executor}, which stays the caller's.
   *
   * @param executor runs what it accepts, on threads of its own
   */
  public static SharedHub start(SharedHubSettings settings, Executor executor) {
    return started(new SharedHub(settings, executor, null));
  }

  private static SharedHub started(SharedHub hub) {
    hub.thread.start();
    return hub;
  }

  // ---- subscribers

  /**
   * Subscribes to topics and patterns.
   *
   * @param id unique in this hub
   * @return completes when every event published from then on will come
   * @throws SubscriberExistsException when the id is in use; it is free again when {@link
   *     #unsubscribe} is complete
   * @throws dev.carillon.event.InvalidTopicException when a topic is outside the grammar
   * @throws IllegalStateException when there are as many subscribers as may be, or the hub is
   *     closed
   */
  public CompletableFuture<Void> subscribe(
      String id, Collection<String> topics, EventHandler handler) {
    List<Pattern> patterns = topics.stream().map(Pattern::new).toList();
    SharedSubscriber subscriber = new SharedSubscriber(id, handler, executor, handOver, loop);
    synchronized (registration) {
      requireOpen();
      if (subscribers.containsKey(id)) {
        throw new SubscriberExistsException(id);
      }
      if (subscribers.size() >= settings.maxSubscribers()) {
        throw new IllegalStateException(
            "there are " + settings.maxSubscribers() + " subscribers, as many as may be");
      }
      subscribers.put(id, subscriber);
      handOver.call(
          new Call(() -> loop.subscribe(subscriber, patterns), () -> fail(subscriber.begun())));
    }
    return subscriber.begun().copy();
  }

  /**
   * Ends a subscriber. What waits for it is discarded and counted; a call of its handler that is
   * under way is the last.
   *
   * @return completes when that call has ended, so don't wait for it in the handler itself
   * @throws UnknownSubscriberException when no subscriber has the id, or it is ending already
   */
  public CompletableFuture<Void> unsubscribe(String id) {
    synchronized (registration) {
      SharedSubscriber subscriber = subscribers.get(id);
      if (subscriber == null || !subscriber.claimEnd()) {
        throw new UnknownSubscriberException(id);
      }
      handOver.call(new Call(() -> loop.unsubscribe(subscriber), () -> fail(subscriber.ended())));
      return subscriber.ended().copy();
    }
  }

  // ---- publishing

  /**
   * Publishes one event. Never waits.
   *
   * @return false when too much waits for the hub's thread: the event is dropped, counted, and
   *     announced to its subscribers as {@link GapReason#OVERLOAD}
   * @throws IllegalStateException when the hub is closed
   */
  public boolean publish(Event event) {
    requireOpen();
    return handOver.publish(List.of(new EventFrame(event)));
  }

  /**
   * Publishes events together: those of one topic go to its subscribers in one pass, in the order
   * given. Never waits.
   *
   * @return false when too much waits for the hub's thread: all of them are dropped, counted and
   *     announced
   * @throws IllegalStateException when the hub is closed
   */
  public boolean publishBatch(Collection<Event> events) {
    requireOpen();
    return events.isEmpty() || handOver.publish(Hub.byTopic(events));
  }

  // ---- books

  /**
   * The sum over all subscribers there are and were. Fails where a publication would be dropped.
   */
  public CompletableFuture<Ledger> ledger() {
    return ask(Hub::totals);
  }

  /**
   * Events lost for {@code reason} by all subscribers there are and were. Fails where a publication
   * would be dropped.
   */
  public CompletableFuture<Long> lost(GapReason reason) {
    return ask(hub -> hub.lost(reason));
  }

  /** Published events that were dropped because too much waited for the hub's thread. */
  public long overloaded() {
    return handOver.eventsLost();
  }

  /** Asks the hub on its thread. */
  <T> CompletableFuture<T> ask(Function<Hub, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Call call =
        new Call(
            () -> answer.completeAsync(() -> question.apply(loop.hub()), Runnable::run),
            () -> fail(answer));
    if (!handOver.tryCall(call)) {
      answer.completeExceptionally(
          new RejectedExecutionException("too much waits for the hub's thread"));
    }
    if (gone) {
      fail(answer);
    }
    return answer;
  }

  // ---- the end

  /**
   * Ends all subscribers as {@link #unsubscribe} does, then the hub's own threads. Nothing can be
   * published any more.
   *
   * @return completes when no handler will be called any more
   */
  public CompletableFuture<Void> stop() {
    synchronized (registration) {
      if (!closing) {
        closing = true;
        handOver.call(new Call(() -> loop.end(subscribers.values()), () -> {}));
      }
    }
    return closed.copy();
  }

  /**
   * Stops and waits until the hub's own threads have ended, so for calls of handlers that are under
   * way. An interrupt ends the waiting, not the stopping.
   *
   * @throws IllegalStateException in a handler, or on the hub's thread: use {@link #stop} there
   */
  @Override
  public void close() {
    Thread caller = Thread.currentThread();
    if (caller == thread || subscribers.values().stream().anyMatch(s -> s.isRunBy(caller))) {
      throw new IllegalStateException("close() here would wait for itself: use stop()");
    }
    try {
      stop().get();
      thread.join();
    } catch (InterruptedException e) {
      caller.interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the hub's thread failed", e.getCause());
    }
  }

  private void run() {
    try {
      loop.run();
      leave();
      closed.complete(null);
    } catch (Throwable failure) {
      leave();
      closed.completeExceptionally(failure);
      throw failure;
    }
  }

  /** Answers who still waits for the hub's thread, and ends the threads of the handlers. */
  private void leave() {
    synchronized (registration) {
      closing = true;
    }
    gone = true;
    for (HandOver.Item item = handOver.poll(); item != null; item = handOver.poll()) {
      if (item instanceof Call call) {
        call.refused().run();
      }
    }
    if (ownExecutor != null) {
      ownExecutor.shutdown();
      try {
        // Every handler has reported its end: its thread has no more than that to do.
        ownExecutor.awaitTermination(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireOpen() {
    if (closing) {
      throw new IllegalStateException(CLOSED);
    }
  }

  private static void fail(CompletableFuture<?> future) {
    future.completeExceptionally(new IllegalStateException(CLOSED));
  }
}
