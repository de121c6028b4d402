package dev.carillon.store;

import static dev.carillon.store.Appends.append;
import static dev.carillon.store.Appends.chosen;
import static dev.carillon.store.Appends.event;
import static dev.carillon.store.Appends.fill;
import static dev.carillon.store.Appends.get;
import static dev.carillon.store.Appends.ids;
import static dev.carillon.store.Appends.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.event.Event;
import dev.carillon.event.Pattern;
import dev.carillon.event.Topic;
import dev.carillon.store.AppendOutcome.Conflict;
import dev.carillon.store.AppendOutcome.Stored;
import dev.carillon.store.AppendOutcome.Unavailable;
import dev.carillon.store.HeadNotice.HeadChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes on one database. */
final class PostgresSharedTest {
  private static final PostgresServer SERVER = PostgresServer.shared();

  private static final Duration DEADLINE = Duration.ofSeconds(3);

  private final String database = SERVER.database();
  private final Appends.FakeClock clock = new Appends.FakeClock();
  private final List<EventStore> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(store -> get(store.close()));
  }

  private EventStore open() {
    return open(1L << 30, 1000, SERVER.port());
  }

  private EventStore open(long maxBytes, int maxTopics, int port) {
    EventStore store =
        SqlStore.openPostgres(
            PostgresServer.address(port, database, DEADLINE),
            new StoreSettings(
                maxBytes,
                maxTopics,
                Duration.ofDays(1),
                Duration.ofMinutes(2),
                100_000,
                1 << 16,
                2,
                topic -> new HistoryRule(100_000, Duration.ofHours(1), 1 << 30)),
            clock);
    opened.add(store);
    return store;
  }

  @Test
  void offsetsHaveNoHolesForAnyReaderHoweverManyNodesAppend() throws Exception {
    List<EventStore> stores = List.of(open(), open(), open());
    List<String> topics = List.of("a", "b", "c");
    int appends = 400;
    // Each id comes by two nodes, and is stored once.
    Map<String, Long> places = new ConcurrentHashMap<>();
    Queue<String> firsts = new ConcurrentLinkedQueue<>();
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> work = new ArrayList<>();
    for (EventStore store : stores.subList(0, 2)) {
      work.add(threads.submit(() -> publish(store, topics, appends, places, firsts)));
    }
    Future<?> reader = threads.submit(() -> readWhile(stores.get(2), topics, ended));
    for (Future<?> one : work) {
      one.get(60, TimeUnit.SECONDS);
    }
    ended.set(true);
    reader.get(20, TimeUnit.SECONDS);
    threads.shutdown();

    assertThat(firsts).hasSize(appends * topics.size()).doesNotHaveDuplicates();
    for (String topic : topics) {
      HistoryPage page = get(stores.get(2).read(topic, 0, 10_000, Long.MAX_VALUE));
      assertThat(page.bounds().last()).isEqualTo(appends);
      assertThat(offsets(page)).hasSize(appends);
      page.frames()
          .forEach(
              frame ->
                  assertThat(places).containsEntry(topic + frame.event().id(), frame.offset()));
    }
  }

  private static void publish(
      EventStore store,
      List<String> topics,
      int appends,
      Map<String, Long> places,
      Queue<String> firsts) {
    Semaphore room = new Semaphore(20);
    Queue<AppendOutcome> wrong = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < appends; i++) {
      // In another order of topics each time: their locks are taken in one.
      List<String> shuffled = new ArrayList<>(topics);
      Collections.rotate(shuffled, i);
      String id = "e" + i;
      List<NewEvent> events = shuffled.stream().map(topic -> chosen(topic, id, "x" + id)).toList();
      room.acquireUninterruptibly();
      store.append(
          events,
          outcome -> {
            if (outcome instanceof Stored stored) {
              stored.events().forEach(one -> note(one, places, firsts));
            } else {
              wrong.add(outcome);
            }
            room.release();
          });
    }
    room.acquireUninterruptibly(20);
    assertThat(wrong).isEmpty();
  }

  private static void note(
      AppendOutcome.StoredEvent stored, Map<String, Long> places, Queue<String> firsts) {
    String name = stored.event().topic().name() + stored.event().id();
    long offset = stored.event().position().orElseThrow().offset();
    Long before = places.put(name, offset);
    if (before != null && before != offset) {
      firsts.add(name + " is at " + before + " and at " + offset);
    }
    if (!stored.repeat()) {
      firsts.add(name);
    }
  }

  private static void readWhile(EventStore store, List<String> topics, AtomicBoolean ended) {
    Map<String, Long> ends = new HashMap<>();
    while (!ended.get()) {
      for (String topic : topics) {
        long after = ends.getOrDefault(topic, 0L);
        // A read fails where an offset is missing below the end.
        HistoryPage page = get(store.read(topic, after, 1000, Long.MAX_VALUE));
        assertThat(page.bounds().last()).isGreaterThanOrEqualTo(after);
        assertThat(offsets(page)).hasSize((int) (page.bounds().last() - after));
        ends.put(topic, page.bounds().last());
      }
    }
  }

  @Test
  void oneIdForOtherContentIsAConflictOnAnotherNodeToo() {
    append(open(), chosen("a", "id", "x"));
    EventStore other = open();
    assertThat(append(other, chosen("a", "id", "other"))).isEqualTo(new Conflict(0));
    assertThat(((Stored) append(other, chosen("a", "id", "x"))).events().get(0).repeat()).isTrue();
  }

  @Test
  void nodesThatStartTogetherMakeOneStore() throws Exception {
    List<CompletableFuture<EventStore>> starting = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    for (int i = 0; i < 3; i++) {
      starting.add(CompletableFuture.supplyAsync(this::openQuietly, threads));
    }
    List<EventStore> stores = starting.stream().map(Appends::get).toList();
    threads.shutdown();
    assertThat(stores.stream().map(store -> get(store.bounds("a")).epoch()).distinct()).hasSize(1);
    stores.forEach(store -> get(store.close()));
  }

  private EventStore openQuietly() {
    return SqlStore.openPostgres(
        SERVER.address(database, DEADLINE),
        new StoreSettings(
            1 << 30,
            10,
            Duration.ofDays(1),
            Duration.ZERO,
            10,
            1 << 16,
            1,
            topic -> new HistoryRule(10, Duration.ofHours(1), 1 << 20)),
        clock);
  }

  @Test
  void whatOneNodePurgesOrForgetsBeginsAnewOnAllOfThem() {
    EventStore one = open();
    EventStore other = open();
    fill(one, "a", 3);
    fill(other, "a", 2);
    String before = get(one.bounds("a")).epoch();
    HistoryBounds purged = get(other.purge("a"));
    assertThat(get(one.bounds("a"))).isEqualTo(purged);
    assertThat(offsets(append(one, event("a", "1", "x")))).containsExactly(1L);
    assertThat(get(other.bounds("a")).epoch()).isEqualTo(purged.epoch()).isNotEqualTo(before);

    clock.advance(Duration.ofDays(2).toMillis());
    await().untilAsserted(() -> assertThat(get(one.histories(new Pattern(">"), "", 10))).isEmpty());
    assertThat(offsets(append(other, event("a", "2", "x")))).containsExactly(1L);
    assertThat(offsets(append(one, event("a", "3", "x")))).containsExactly(2L);
    assertThat(get(one.bounds("a")).epoch()).isNotEqualTo(purged.epoch());
  }

  @Test
  void boundsOfTheStoreHoldForAllNodesTogether() {
    EventStore one = open(3000, 2, SERVER.port());
    EventStore other = open(3000, 2, SERVER.port());
    append(one, event("a", "1", "x"));
    append(one, event("b", "1", "x"));
    await()
        .untilAsserted(
            () ->
                assertThat(append(other, event("c" + System.nanoTime(), "1", "x")))
                    .isInstanceOf(Unavailable.class));
    while (append(one, event("a", "x", "y".repeat(100))) instanceof Stored) {
      // Until it is full.
    }
    await()
        .untilAsserted(
            () ->
                assertThat(append(other, event("a", "x", "y".repeat(100))))
                    .isEqualTo(new Unavailable("the store is full: store.maxBytes is 3000 bytes")));
  }

  @Test
  void oneNodeHearsOfWhatAnotherStoresAndOfMissingNotices() {
    EventStore one = open();
    EventStore other = open();
    Queue<HeadNotice> heard = new ConcurrentLinkedQueue<>();
    other.listen(heard::add);
    // It listens from some moment on, which nobody tells.
    await()
        .untilAsserted(
            () -> {
              append(one, event("first", "x", "x"));
              assertThat(heard).anyMatch(notice -> notice instanceof HeadNotice.Changed);
            });
    append(one, event("a", "1", "x"), event("b", "1", "x"), event("a", "2", "x"));
    String epoch = get(one.bounds("a")).epoch();
    await()
        .untilAsserted(
            () ->
                assertThat(heard)
                    .contains(
                        new HeadNotice.Changed(
                            List.of(
                                new HeadChange("a", epoch, 2), new HeadChange("b", epoch, 1)))));
    heard.clear();
    NewEvent[] many = new NewEvent[300];
    for (int i = 0; i < many.length; i++) {
      many[i] = event("topic." + "x".repeat(50) + i, "1", "x");
    }
    append(one, many);
    await().untilAsserted(() -> assertThat(heard).contains(new HeadNotice.Unknown()));
    heard.clear();
    SERVER.execute(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid()");
    await().untilAsserted(() -> assertThat(heard).contains(new HeadNotice.Unknown()));
    // And who stores did not even notice.
    assertThat(append(one, event("a", "3", "x"))).isInstanceOf(Stored.class);
    assertThat(get(one.bounds("a")).last()).isEqualTo(3);
  }

  @Test
  void idsAndKeysMayHaveAnyCharacters() {
    EventStore store = open();
    List<String> odd = List.of("nul\u0000", "half\ud800", "half?", "\uD83D\uDE00", "ü");
    List<NewEvent> events = new ArrayList<>();
    for (String id : odd) {
      Event plain = chosen("a", id, "x").event();
      events.add(
          new NewEvent(
              new Event(new Topic("a"), id, 1_000_000, Optional.of(id), plain.data()), true, 1));
    }
    assertThat(append(store, events.toArray(new NewEvent[0]))).isInstanceOf(Stored.class);
    assertThat(ids(get(store.read("a", 0, 10, Long.MAX_VALUE))))
        .containsExactly("nul\u0000", "half?", "half?", "\uD83D\uDE00", "ü");
    assertThat(((Stored) append(store, events.get(0))).events().get(0).repeat()).isTrue();
  }

  @Test
  void aCommitWhoseAnswerIsLostIsFoundAndAnsweredAsStored() throws Exception {
    try (PostgresProxy network = new PostgresProxy(SERVER.port())) {
      EventStore store = open(1 << 30, 100, network.port());
      fill(store, "a", 1);
      network.atCommit = PostgresProxy.AtCommit.LOSE_ANSWER;
      assertThat(lose(store, network, 1)).containsExactly(2L);
      assertThat(get(store.bounds("a")).last()).isEqualTo(2);
    }
  }

  @Test
  void aCommitThatIsLostIsStoredOnceByAnother() throws Exception {
    try (PostgresProxy network = new PostgresProxy(SERVER.port())) {
      EventStore store = open(1 << 30, 100, network.port());
      fill(store, "a", 1);
      network.atCommit = PostgresProxy.AtCommit.LOSE_COMMIT;
      assertThat(lose(store, network, 1)).containsExactly(2L);
      assertThat(ids(get(store.read("a", 0, 10, Long.MAX_VALUE))))
          .containsExactly("e0", PostgresProxy.MARK);
    }
  }

  private static List<Long> lose(EventStore store, PostgresProxy network, int times) {
    List<Long> offsets = offsets(append(store, event("a", PostgresProxy.MARK, "x")));
    assertThat(network.lost).hasValue(times);
    return offsets;
  }

  @Test
  void aCommitThatNobodyKnowsOfIsNotAnsweredAsStoredAndIsHeardOfLater() throws Exception {
    EventStore other = open();
    Queue<HeadNotice> heard = new ConcurrentLinkedQueue<>();
    other.listen(heard::add);
    try (PostgresProxy network = new PostgresProxy(SERVER.port())) {
      EventStore store = open(1 << 30, 100, network.port());
      fill(store, "a", 1);
      String epoch = get(store.bounds("a")).epoch();
      network.atCommit = PostgresProxy.AtCommit.LOSE_ANSWER_AND_NETWORK;
      long begun = System.nanoTime();
      Unavailable outcome = (Unavailable) append(store, chosen("a", PostgresProxy.MARK, "x"));
      assertThat(System.nanoTime() - begun).isLessThan(DEADLINE.plusMillis(1500).toNanos());
      assertThat(outcome.reason()).contains("is not known").contains("localhost");
      assertThat(store.health()).isInstanceOf(StoreHealth.Refusing.class);
      await()
          .untilAsserted(
              () ->
                  assertThat(heard)
                      .contains(new HeadNotice.Changed(List.of(new HeadChange("a", epoch, 2)))));
      network.closedToAll = false;
      await().until(() -> store.health() instanceof StoreHealth.Healthy);
      Stored again = (Stored) append(store, chosen("a", PostgresProxy.MARK, "x"));
      assertThat(again.events().get(0).repeat()).isTrue();
      assertThat(offsets(again)).containsExactly(2L);
    }
  }

  @Test
  void aDatabaseThatLostEventsGivesNoOffsetTwiceInOneEpoch() {
    EventStore store = open();
    fill(store, "a", 5);
    HistoryBounds before = get(store.bounds("a"));
    // As a standby that took over before it had everything.
    Head lost = new Head(1, "a", before.epoch(), 1, 3, 300, clock.millis());
    SERVER.execute(database, "DELETE FROM events WHERE \"offset\" > 3");
    SERVER.execute(
        database,
        "UPDATE topics SET last = 3, bytes = 300, used = "
            + clock.millis()
            + ", checksum = "
            + RowChecksum.of(lost));
    append(store, event("a", "new", "x"));
    HistoryPage page = get(store.read("a", 0, 10, Long.MAX_VALUE));
    assertThat(page.bounds().epoch()).isNotEqualTo(before.epoch());
    assertThat(ids(page)).containsExactly("e0", "e1", "e2", "new");
  }
}
