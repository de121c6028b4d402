package dev.carillon.hub;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.InvalidTopicException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@org.jspecify.annotations.NullUnmarked
final class SharedHubTest {
  private final List<SharedHub> hubs = new ArrayList<>();
  private final List<ExecutorService> executors = new ArrayList<>();

  @AfterEach
  void booksBalanceAndNoThreadIsLeft() {
    for (SharedHub hub : hubs) {
      get(hub.stop());
    }
    executors.forEach(ExecutorService::shutdown);
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("carillon-")));
  }

  private SharedHub start() {
    return start(SharedHubSettings.DEFAULT);
  }

  private SharedHub start(SharedHubSettings settings) {
    SharedHub hub = SharedHub.start(settings);
    hubs.add(hub);
    return hub;
  }

  private SharedHub start(SharedHubSettings settings, Executor executor) {
    SharedHub hub = SharedHub.start(settings, executor);
    hubs.add(hub);
    return hub;
  }

  private static SharedHubSettings queues(int maxEvents, OverflowPolicy overflow) {
    return SharedHubSettings.of(Hubs.settings(maxEvents, overflow));
  }

  private static Event event(String topic, int number) {
    return Event.of(topic, EventData.parse(String.valueOf(number)));
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static void audit(SharedHub hub) {
    get(
        hub.ask(
            asked -> {
              Hubs.audit(asked);
              return true;
            }));
  }

  /** A handler that notes what it is given, and can be held up at an event. */
  private static final class Notes implements EventHandler {
    private final List<String> texts = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger callsAtOnce = new AtomicInteger();
    private final String heldAt;

    Notes() {
      this("never");
    }

    Notes(String heldAt) {
      this.heldAt = heldAt;
    }

    @Override
    public void handle(Event event) {
      note(event.topic() + "=" + event.data());
    }

    @Override
    public void lost(Gap gap) {
      note(gap.topic() + "-" + gap.count() + " " + gap.reason().code());
    }

    @Override
    public void overflowed() {
      note("overflowed");
    }

    private void note(String text) {
      assertThat(callsAtOnce.incrementAndGet()).isEqualTo(1);
      texts.add(text);
      if (text.equals(heldAt)) {
        reached.countDown();
        try {
          gate.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      callsAtOnce.decrementAndGet();
    }

    void awaitHeld() {
      try {
        assertThat(reached.await(20, SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void release() {
      gate.countDown();
    }

    void awaitTexts(String... expected) {
      await().untilAsserted(() -> assertThat(List.copyOf(texts)).containsExactly(expected));
    }
  }

  // ---- subscribing and publishing

  @Test
  void handlersGetWhatTheyAskForInOrder() {
    SharedHub hub = start();
    Notes orders = new Notes();
    Notes all = new Notes();
    get(hub.subscribe("orders", List.of("orders.>", "orders.*"), orders));
    hub.subscribe("all", List.of(">"), all);
    assertThat(hub.publish(event("orders.created", 1))).isTrue();
    hub.publishBatch(List.of(event("b", 2), event("orders.paid", 3), event("b", 4)));
    hub.publishBatch(List.of());
    orders.awaitTexts("orders.created=1", "orders.paid=3");
    all.awaitTexts("orders.created=1", "b=2", "b=4", "orders.paid=3");
    assertThat(get(hub.ledger())).isEqualTo(new Ledger(6, 6, 0, 0, 0, 0));
    audit(hub);
  }

  @Test
  void whatOneThreadCallsTakesEffectInThatOrder() {
    SharedHub hub = start();
    Notes notes = new Notes("a=2");
    hub.publish(event("a", 1));
    hub.subscribe("s", List.of("a"), notes);
    hub.publish(event("a", 2));
    notes.awaitHeld();
    CompletableFuture<Void> ended = hub.unsubscribe("s");
    hub.publish(event("a", 3));
    notes.release();
    get(ended);
    notes.awaitTexts("a=2");
    assertThat(get(hub.ledger()).matched()).isEqualTo(1);
  }

  @Test
  void anIdInUseAndAnUnknownOneAreErrorsAtOnce() {
    SharedHub hub = start();
    assertThatExceptionOfType(UnknownSubscriberException.class)
        .isThrownBy(() -> hub.unsubscribe("s"));
    Notes first = new Notes();
    hub.subscribe("s", List.of("a"), first);
    assertThatExceptionOfType(SubscriberExistsException.class)
        .isThrownBy(() -> hub.subscribe("s", List.of("b"), new Notes()));
    hub.publishBatch(List.of(event("b", 1), event("a", 2)));
    first.awaitTexts("a=2");
    CompletableFuture<Void> ended = hub.unsubscribe("s");
    assertThatExceptionOfType(UnknownSubscriberException.class)
        .isThrownBy(() -> hub.unsubscribe("s"));
    get(ended);
    get(hub.subscribe("s", List.of("a"), new Notes()));
  }

  @Test
  void aTopicOutsideTheGrammarIsAnErrorAndTakesNoId() {
    SharedHub hub = start();
    assertThatExceptionOfType(InvalidTopicException.class)
        .isThrownBy(() -> hub.subscribe("s", List.of("a", "b..c"), new Notes()));
    get(hub.subscribe("s", List.of("a"), new Notes()));
  }

  @Test
  void anIdIsInUseUntilTheLastCallOfItsHandlerHasEnded() {
    SharedHub hub = start();
    Notes notes = new Notes("a=1");
    hub.subscribe("s", List.of("a"), notes);
    hub.publish(event("a", 1));
    notes.awaitHeld();
    CompletableFuture<Void> ended = hub.unsubscribe("s");
    audit(hub);
    assertThat(ended).isNotDone();
    assertThatExceptionOfType(SubscriberExistsException.class)
        .isThrownBy(() -> hub.subscribe("s", List.of("a"), new Notes()));
    notes.release();
    get(ended);
    get(hub.subscribe("s", List.of("a"), new Notes()));
  }

  @Test
  void subscribersAreBoundedInNumber() {
    SharedHub hub = start(new SharedHubSettings(HubSettings.DEFAULT, 2, 16, 1 << 20));
    hub.subscribe("1", List.of("a"), new Notes());
    hub.subscribe("2", List.of("a"), new Notes());
    assertThatIllegalStateException()
        .isThrownBy(() -> hub.subscribe("3", List.of("a"), new Notes()))
        .withMessage("there are 2 subscribers, as many as may be");
    get(hub.unsubscribe("1"));
    get(hub.subscribe("3", List.of("a"), new Notes()));
  }

  @Test
  void settingsOutsideTheirBoundsAreRefused() {
    HubSettings queues = HubSettings.DEFAULT;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SharedHubSettings(queues, 0, 1, 1))
        .withMessage("maxSubscribers 0 is outside 1 to 1000000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SharedHubSettings(queues, 1, (1 << 20) + 1, 1))
        .withMessage("maxPublications 1048577 is outside 1 to 1048576");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SharedHubSettings(queues, 1, 1, 0))
        .withMessage("maxBytes 0 is less than 1");
  }

  // ---- slow handlers

  @Test
  void aSlowHandlerLosesByItsPolicyIsToldAndCostsNobodyElse() {
    SharedHub hub = start(queues(2, new OverflowPolicy.DropNewest()));
    Notes slow = new Notes("a=1");
    Notes quick = new Notes();
    hub.subscribe("slow", List.of("a"), slow);
    hub.subscribe("quick", List.of("a"), quick);
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      hub.publish(event("a", i));
      all.add("a=" + i);
      quick.awaitTexts(all.toArray(String[]::new));
      if (i == 1) {
        slow.awaitHeld();
      }
    }
    assertThat(get(hub.lost(GapReason.QUEUE_FULL))).isEqualTo(7);
    assertThat(get(hub.ledger())).isEqualTo(new Ledger(20, 11, 2, 0, 7, 0));
    audit(hub);
    slow.release();
    slow.awaitTexts("a=1", "a=2", "a=3", "a-7 queue_full");
    hub.publish(event("a", 11));
    slow.awaitTexts("a=1", "a=2", "a=3", "a-7 queue_full", "a=11");
  }

  @Test
  void aHandlerThatIsTooSlowForDisconnectIsToldLast() {
    SharedHub hub = start(queues(1, new OverflowPolicy.Disconnect()));
    Notes notes = new Notes("a=1");
    hub.subscribe("s", List.of("a"), notes);
    hub.publish(event("a", 1));
    notes.awaitHeld();
    hub.publish(event("a", 2));
    hub.publish(event("a", 3));
    audit(hub);
    assertThatExceptionOfType(UnknownSubscriberException.class)
        .isThrownBy(() -> hub.unsubscribe("s"));
    notes.release();
    notes.awaitTexts("a=1", "overflowed");
    await()
        .ignoreException(SubscriberExistsException.class)
        .until(() -> get(hub.subscribe("s", List.of("a"), new Notes())) == null);
    // One was handled, one waited, and the third found no room.
    assertThat(get(hub.ledger())).isEqualTo(new Ledger(3, 1, 0, 0, 1, 1));
  }

  @Test
  void everyNumberComesOrIsAnnouncedInItsPlaceWhateverTheThreadsDo() throws InterruptedException {
    HubSettings queues = Hubs.settings(16, new OverflowPolicy.DropNewest());
    SharedHub hub = start(new SharedHubSettings(queues, 10, 8, 1 << 20));
    int threads = 3;
    int perThread = 10_000;
    Map<String, Integer> all = new HashMap<>();
    List<Explaining> handlers = List.of(new Explaining(0), new Explaining(50), new Explaining(500));
    for (int i = 0; i < handlers.size(); i++) {
      get(hub.subscribe("s" + i, List.of(">"), handlers.get(i)));
    }
    List<Thread> publishers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      String topic = "t" + i;
      all.put(topic, perThread);
      Thread publisher =
          new Thread(
              () -> {
                for (int n = 1; n <= perThread; n += 2) {
                  hub.publish(event(topic, n));
                  hub.publishBatch(List.of(event(topic, n + 1)));
                }
              });
      publishers.add(publisher);
      publisher.start();
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    for (Explaining handler : handlers) {
      await().untilAsserted(() -> assertThat(handler.explained()).isEqualTo(all));
      assertThat(handler.failure).isNull();
    }
    audit(hub);
    assertThat(get(hub.ledger()).matched()).isEqualTo(3L * threads * perThread);
    assertThat(get(hub.lost(GapReason.OVERLOAD))).isEqualTo(3 * hub.overloaded());
  }

  /** Checks each number it is given against what it knows, and takes its time. */
  private static final class Explaining implements EventHandler {
    private final Map<String, Integer> explained = Collections.synchronizedMap(new HashMap<>());
    private final int spins;
    volatile AssertionError failure;

    Explaining(int spins) {
      this.spins = spins;
    }

    @Override
    public void handle(Event event) {
      String topic = event.topic().name();
      int expected = explained.merge(topic, 1, Integer::sum);
      if (!event.data().toString().equals(String.valueOf(expected)) && failure == null) {
        failure = new AssertionError(topic + ": " + event.data() + " in place of " + expected);
      }
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void lost(Gap gap) {
      explained.merge(gap.topic(), (int) gap.count(), Integer::sum);
    }

    Map<String, Integer> explained() {
      return Map.copyOf(explained);
    }
  }

  // ---- handlers

  @Test
  void aHandlerThatThrowsIsReportedAndGetsTheNextEvent() {
    List<String> reported = Collections.synchronizedList(new ArrayList<>());
    ExecutorService executor =
        Executors.newSingleThreadExecutor(
            run -> {
              Thread thread = new Thread(run);
              thread.setUncaughtExceptionHandler((t, e) -> reported.add(e.getMessage()));
              return thread;
            });
    executors.add(executor);
    SharedHub hub = start(SharedHubSettings.DEFAULT, executor);
    List<String> handled = Collections.synchronizedList(new ArrayList<>());
    hub.subscribe(
        "s",
        List.of("a"),
        event -> {
          handled.add(event.data().toString());
          if (handled.size() == 1) {
            throw new IllegalStateException("broken");
          }
          if (handled.size() == 2) {
            throw new StackOverflowError("deeper");
          }
        });
    for (int i = 1; i <= 3; i++) {
      hub.publish(event("a", i));
    }
    await().until(() -> handled.equals(List.of("1", "2", "3")));
    assertThat(reported).containsExactly("broken", "deeper");
  }

  @Test
  void aHandlerMayUseTheHub() {
    SharedHub hub = start();
    Notes notes = new Notes();
    hub.subscribe("notes", List.of("b"), notes);
    hub.subscribe(
        "relay",
        List.of("a"),
        event -> {
          hub.publish(event("b", Integer.parseInt(event.data().toString())));
          hub.unsubscribe("relay");
          get(hub.subscribe("made", List.of("c"), new Notes()));
        });
    hub.publishBatch(List.of(event("a", 1), event("a", 2)));
    notes.awaitTexts("b=1");
    get(hub.unsubscribe("made"));
  }

  @Test
  void noCallComesAfterUnsubscribeIsComplete() {
    SharedHub hub = start();
    for (int round = 0; round < 200; round++) {
      AtomicInteger calls = new AtomicInteger();
      get(hub.subscribe("s", List.of("a"), event -> calls.incrementAndGet()));
      for (int i = 0; i < 20; i++) {
        hub.publish(event("a", i));
      }
      get(hub.unsubscribe("s"));
      int last = calls.get();
      hub.publish(event("a", 20));
      Ledger ledger = get(hub.ledger());
      assertThat(calls).hasValue(last);
      assertThat(ledger.queued()).isZero();
    }
    Ledger ledger = get(hub.ledger());
    assertThat(ledger.matched()).isEqualTo(200L * 20);
    audit(hub);
  }

  @Test
  void whatAHandlerNeverSawIsCountedAsDiscarded() {
    SharedHub hub = start();
    Notes notes = new Notes("a=2");
    hub.subscribe("s", List.of("a"), notes);
    hub.publishBatch(List.of(event("a", 1), event("a", 2), event("a", 3), event("a", 4)));
    notes.awaitHeld();
    hub.publish(event("a", 5));
    CompletableFuture<Void> ended = hub.unsubscribe("s");
    audit(hub);
    notes.release();
    get(ended);
    notes.awaitTexts("a=1", "a=2");
    assertThat(get(hub.ledger())).isEqualTo(new Ledger(5, 2, 0, 0, 0, 3));
    audit(hub);
  }

  @Test
  void anExecutorThatIsFullIsAskedAgain() {
    Deque<Runnable> accepted = new ArrayDeque<>();
    AtomicInteger refusals = new AtomicInteger(3);
    Executor moody =
        run -> {
          if (refusals.getAndDecrement() > 0) {
            throw new RejectedExecutionException("no room");
          }
          synchronized (accepted) {
            accepted.add(run);
          }
        };
    SharedHub hub = start(SharedHubSettings.DEFAULT, moody);
    Notes notes = new Notes();
    hub.subscribe("s", List.of("a"), notes);
    hub.publish(event("a", 1));
    audit(hub);
    hub.publish(event("a", 2));
    await()
        .untilAsserted(
            () -> {
              synchronized (accepted) {
                if (!accepted.isEmpty()) {
                  accepted.remove().run();
                }
              }
              assertThat(notes.texts).containsExactly("a=1", "a=2");
            });
    assertThat(refusals.get()).isNegative();
    get(hub.unsubscribe("s"));
  }

  @Test
  void anExecutorThatRunsOnTheHubsThreadWorksToo() {
    SharedHub hub = start(SharedHubSettings.DEFAULT, Runnable::run);
    Notes notes = new Notes();
    hub.subscribe("s", List.of("a"), notes);
    for (int i = 1; i <= 3; i++) {
      hub.publish(event("a", i));
    }
    notes.awaitTexts("a=1", "a=2", "a=3");
    get(hub.unsubscribe("s"));
  }

  @Test
  void aPolicyThatThrowsCostsItsOwnEventsOnly() {
    HubSettings settings =
        new HubSettings(
            QueueLimits.DEFAULT,
            1 << 20,
            topic -> {
              if (topic.equals("bad")) {
                throw new IllegalStateException("no policy");
              }
              return TopicPolicy.DEFAULT;
            });
    SharedHub hub = start(SharedHubSettings.of(settings));
    Notes notes = new Notes("good=2");
    hub.subscribe("s", List.of(">"), notes);
    hub.publish(event("bad", 1));
    hub.publish(event("good", 2));
    notes.awaitHeld();
    notes.release();
    assertThat(notes.texts).containsExactly("good=2");
  }

  // ---- the end

  @Test
  void aClosedHubCallsNoHandlerAndTakesNothing() {
    SharedHub hub = start();
    Notes notes = new Notes();
    hub.subscribe("s", List.of("a"), notes);
    for (int i = 1; i <= 1000; i++) {
      hub.publish(event("a", i));
    }
    hub.close();
    int calls = notes.texts.size();
    hub.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> hub.publish(event("a", 1)))
        .withMessage("the hub is closed");
    assertThatIllegalStateException().isThrownBy(() -> hub.publishBatch(List.of()));
    assertThatIllegalStateException()
        .isThrownBy(() -> hub.subscribe("t", List.of("a"), new Notes()));
    assertThatExceptionOfType(UnknownSubscriberException.class)
        .isThrownBy(() -> hub.unsubscribe("s"));
    assertThat(hub.ledger()).isCompletedExceptionally();
    assertThat(notes.texts).hasSize(calls);
  }

  @Test
  void closingWaitsForTheCallThatIsUnderWay() throws InterruptedException {
    SharedHub hub = start();
    Notes notes = new Notes("a=1");
    hub.subscribe("s", List.of("a"), notes);
    hub.subscribe("t", List.of("b"), new Notes());
    hub.publishBatch(List.of(event("a", 1), event("a", 2)));
    notes.awaitHeld();
    Thread closing = new Thread(hub::close);
    closing.start();
    CompletableFuture<Void> stopped = hub.stop();
    assertThat(stopped).isNotDone();
    closing.interrupt();
    closing.join();
    assertThat(stopped).isNotDone();
    awaitEnd(hub, "t");
    notes.release();
    get(stopped);
    notes.awaitTexts("a=1");
  }

  /**
   * Until the hub's thread has begun to end all, one after the other: those before {@code id} too.
   */
  private static void awaitEnd(SharedHub hub, String id) {
    try {
      // Behind the hub's own call to end all.
      get(hub.unsubscribe(id));
    } catch (UnknownSubscriberException ending) {
      assertThat(ending).hasMessageContaining(id);
    }
  }

  @Test
  void aHandlerStopsTheHubButDoesNotWaitForItself() {
    SharedHub hub = start();
    CompletableFuture<String> refused = new CompletableFuture<>();
    hub.subscribe(
        "s",
        List.of("a"),
        event -> {
          try {
            hub.close();
          } catch (IllegalStateException e) {
            refused.complete(e.getMessage());
          }
          hub.stop();
        });
    hub.publish(event("a", 1));
    assertThat(get(refused)).isEqualTo("close() here would wait for itself: use stop()");
    get(hub.stop());
  }

  @Test
  void unsubscribingAndStoppingAtTheSameTimeBothComplete() {
    for (int round = 0; round < 50; round++) {
      SharedHub hub = SharedHub.start();
      hubs.add(hub);
      hub.subscribe("s", List.of("a"), new Notes());
      hub.publish(event("a", 1));
      CompletableFuture<Void> stopped =
          CompletableFuture.supplyAsync(hub::stop).thenCompose(f -> f);
      try {
        get(hub.unsubscribe("s"));
      } catch (UnknownSubscriberException stoppedFirst) {
        assertThat(get(stopped)).isNull();
      }
      get(stopped);
    }
  }
}
