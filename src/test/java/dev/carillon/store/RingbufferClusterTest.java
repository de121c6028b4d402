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

import com.hazelcast.core.HazelcastInstance;
import dev.carillon.store.AppendOutcome.Conflict;
import dev.carillon.store.AppendOutcome.Stored;
import dev.carillon.store.AppendOutcome.StoredEvent;
import dev.carillon.store.AppendOutcome.Unavailable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One history on several members, which may die. */
final class RingbufferClusterTest {
  private static final int TOPICS = 12;

  /** As {@link Appends#event} makes them; nothing gets old. */
  private static final Clock CLOCK = new Appends.FakeClock();

  private RingCluster cluster = new RingCluster(1);
  private final List<EventStore> stores = new ArrayList<>();

  private void start(int members, int minimumMembers) {
    cluster = new RingCluster(minimumMembers);
    for (int i = 0; i < members; i++) {
      cluster.start();
    }
    for (int i = 0; i < members; i++) {
      stores.add(open(cluster.member(i), minimumMembers));
    }
    awaitCopies();
  }

  /** Appends need copies, which take a moment to be made. */
  private void awaitCopies() {
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> cluster.member(0).getPartitionService().isClusterSafe());
  }

  private static EventStore open(HazelcastInstance member, int minimumMembers) {
    StoreSettings settings =
        new StoreSettings(
            1 << 30,
            1000,
            Duration.ofDays(1),
            Duration.ofMinutes(2),
            100_000,
            1 << 20,
            2,
            topic -> new HistoryRule(100_000, Duration.ofHours(1), 1 << 30));
    return RingbufferStore.open(member, settings, minimumMembers, Duration.ofSeconds(5), CLOCK);
  }

  @AfterEach
  void stop() {
    stores.forEach(store -> get(store.close()));
    cluster.stop();
  }

  /** A publisher at one node: tries each event until it is stored, and notes what was answered. */
  private static final class Publisher extends Thread {
    private final EventStore store;
    private final List<NewEvent> events;
    private final Map<String, StoredEvent> stored = new ConcurrentHashMap<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger refused = new AtomicInteger();

    Publisher(EventStore store, List<NewEvent> events) {
      this.store = store;
      this.events = events;
    }

    @Override
    public void run() {
      for (NewEvent event : events) {
        AppendOutcome outcome = append(store, event);
        while (!(outcome instanceof Stored)) {
          refused.incrementAndGet();
          if (stopped.get()) {
            return;
          }
          outcome = append(store, event);
        }
        StoredEvent done = ((Stored) outcome).events().get(0);
        stored.put(event.event().topic().name() + " " + event.event().id(), done);
      }
    }

    void end() throws InterruptedException {
      join(30_000);
      stopped.set(true);
      join(10_000);
      assertThat(isAlive()).isFalse();
    }
  }

  private static List<NewEvent> load(String prefix, int events, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, events)
        .mapToObj(i -> chosen("t" + random.nextInt(TOPICS), prefix + i, prefix + i))
        .toList();
  }

  /** All there is of the topics: without holes, each id once, and all that was acknowledged. */
  private static void check(EventStore store, List<Publisher> publishers) {
    Map<String, StoredEvent> acknowledged = new HashMap<>();
    for (Publisher publisher : publishers) {
      publisher.stored.forEach(
          (name, event) -> {
            StoredEvent other = acknowledged.put(name, event);
            if (other != null) {
              assertThat(event.event().position()).isEqualTo(other.event().position());
            }
          });
    }
    assertThat(acknowledged).isNotEmpty();
    for (int i = 0; i < TOPICS; i++) {
      String topic = "t" + i;
      HistoryPage page = get(store.read(topic, 0, 100_000, Long.MAX_VALUE));
      assertThat(offsets(page))
          .isEqualTo(LongStream.rangeClosed(1, page.bounds().last()).boxed().toList());
      assertThat(ids(page)).doesNotHaveDuplicates();
      Map<Long, String> byOffset = new HashMap<>();
      page.frames().forEach(frame -> byOffset.put(frame.offset(), frame.event().id()));
      acknowledged.forEach(
          (name, event) -> {
            if (event.event().topic().name().equals(topic)) {
              var position = event.event().position().orElseThrow();
              assertThat(position.epoch()).as(name).isEqualTo(page.bounds().epoch());
              assertThat(byOffset.get(position.offset())).isEqualTo(event.event().id());
            }
          });
    }
  }

  @Test
  void nodesThatAppendToTheSameTopicsShareOneOrderAndEachIdOnce() throws Exception {
    start(3, 2);
    // The same events at two nodes, in another order, and others at a third.
    List<NewEvent> same = load("same-", 400, 1);
    List<NewEvent> reversed = new ArrayList<>(same);
    Collections.reverse(reversed);
    List<Publisher> publishers =
        List.of(
            new Publisher(stores.get(0), same),
            new Publisher(stores.get(1), reversed),
            new Publisher(stores.get(2), load("own-", 400, 2)));
    publishers.forEach(Thread::start);
    for (Publisher publisher : publishers) {
      publisher.end();
    }
    for (EventStore store : stores) {
      check(store, publishers);
    }
    long repeats =
        publishers.stream()
            .flatMap(publisher -> publisher.stored.values().stream())
            .filter(StoredEvent::repeat)
            .count();
    assertThat(repeats).isEqualTo(400);
    assertThat(append(stores.get(2), chosen("t0", "n", "x"), chosen("t1", "n", "x")))
        .isInstanceOf(Stored.class);
    assertThat(append(stores.get(1), chosen("t2", "n", "x"), chosen("t1", "n", "other")))
        .isEqualTo(new Conflict(1));
  }

  @Test
  void whatWasAcknowledgedSurvivesAMemberThatDiesUnderLoad() throws Exception {
    start(3, 2);
    List<Publisher> publishers =
        List.of(
            new Publisher(stores.get(0), load("a-", 2000, 3)),
            new Publisher(stores.get(1), load("b-", 2000, 4)));
    publishers.forEach(Thread::start);
    await().until(() -> publishers.get(0).stored.size() > 300);
    cluster.member(2).getLifecycleService().terminate();
    for (Publisher publisher : publishers) {
      publisher.end();
      assertThat(publisher.stored).hasSize(2000);
    }
    check(stores.get(0), publishers);
    check(stores.get(1), publishers);
  }

  @Test
  void belowTheMinimumAppendsAreRefusedAndReadsAreNot() {
    start(2, 2);
    EventStore store = stores.get(0);
    fill(store, "a", 20);
    HistoryBounds before = get(store.bounds("a"));
    cluster.member(1).getLifecycleService().terminate();
    await()
        .until(
            () ->
                store.health() instanceof StoreHealth.Refusing refusing
                    && refusing.reason().contains("cluster.minimumMembers is 2"));
    assertThat(append(store, event("a", "x", "x"))).isInstanceOf(Unavailable.class);
    assertThat(get(store.read("a", 0, 100, Long.MAX_VALUE)).bounds()).isEqualTo(before);
    assertThat(get(store.read("a", 0, 100, Long.MAX_VALUE)).frames()).hasSize(20);

    cluster.start();
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> append(store, event("a", "again", "x")) instanceof Stored);
    assertThat(get(store.bounds("a")).epoch()).isEqualTo(before.epoch());
    assertThat(get(store.bounds("a")).last()).isEqualTo(21);
  }

  @Test
  void twoOfThreeMayDieAtOnceWhereAllThreeMustHaveIt() throws Exception {
    start(3, 3);
    List<Publisher> publishers =
        List.of(
            new Publisher(stores.get(0), load("a-", 100_000, 5)),
            new Publisher(stores.get(1), load("b-", 100_000, 6)));
    publishers.forEach(Thread::start);
    await().until(() -> publishers.get(0).stored.size() > 300);
    terminateAtOnce(1, 2);
    for (Publisher publisher : publishers) {
      publisher.stopped.set(true);
      publisher.end();
      assertThat(publisher.refused).as("refused").hasPositiveValue();
    }
    check(stores.get(0), publishers);
  }

  @Test
  void historiesWhoseCopiesAreAllLostGoOnInAnotherEpoch() throws Exception {
    start(3, 1);
    Map<String, HistoryBounds> before = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      fill(stores.get(0), "t" + i, 3);
      before.put("t" + i, get(stores.get(0).bounds("t" + i)));
    }
    terminateAtOnce(1, 2);
    await().until(() -> cluster.member(0).getCluster().getMembers().size() == 1);
    int lost = 0;
    for (Map.Entry<String, HistoryBounds> one : before.entrySet()) {
      String topic = one.getKey();
      HistoryBounds now = get(stores.get(0).bounds(topic));
      List<Long> next = offsets(append(stores.get(0), event(topic, "new", "x")));
      if (now.equals(one.getValue())) {
        assertThat(next).containsExactly(4L);
      } else {
        lost++;
        assertThat(now.epoch()).isNotEqualTo(one.getValue().epoch());
        assertThat(next).containsExactly(1L);
        assertThat(get(stores.get(0).bounds(topic)).epoch()).isEqualTo(now.epoch());
      }
    }
    assertThat(lost).isBetween(1, 59);
  }

  private void terminateAtOnce(int... numbers) throws InterruptedException {
    List<Thread> ends = new ArrayList<>();
    for (int number : numbers) {
      Thread end = new Thread(() -> cluster.member(number).getLifecycleService().terminate());
      ends.add(end);
      end.start();
    }
    for (Thread end : ends) {
      end.join();
    }
  }

  @Test
  void afterASplitThatBothSidesWroteInHistoriesGoOnInAnotherEpoch() {
    cluster = new RingCluster(1);
    HazelcastInstance first = cluster.start();
    HazelcastInstance second = cluster.startAlone();
    stores.add(open(first, 1));
    stores.add(open(second, 1));
    fill(stores.get(0), "one", 2);
    fill(stores.get(1), "two", 3);
    fill(stores.get(0), "both", 4);
    fill(stores.get(1), "both", 4);
    List<String> epochs = new ArrayList<>();
    stores.forEach(store -> epochs.add(get(store.bounds("both")).epoch()));
    // Each gets to know the other, as when a network heals.
    for (HazelcastInstance member : List.of(first, second)) {
      member
          .getConfig()
          .getNetworkConfig()
          .getJoin()
          .getTcpIpConfig()
          .setMembers(List.of(RingCluster.address(first), RingCluster.address(second)));
    }
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              for (EventStore store : stores) {
                assertThat(get(store.bounds("one")).last()).isEqualTo(2);
                assertThat(get(store.bounds("two")).last()).isEqualTo(3);
                assertThat(get(store.bounds("both")).epoch()).isNotIn(epochs);
              }
            });
    assertThat(offsets(append(stores.get(1), event("both", "new", "x")))).containsExactly(5L);
    assertThat(offsets(get(stores.get(0).read("both", 0, 10, Long.MAX_VALUE))))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
  }
}
