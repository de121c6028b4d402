package dev.carillon.store;

import static dev.carillon.store.Appends.append;
import static dev.carillon.store.Appends.chosen;
import static dev.carillon.store.Appends.event;
import static dev.carillon.store.Appends.fill;
import static dev.carillon.store.Appends.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.event.EventFrame;
import dev.carillon.store.AppendOutcome.Stored;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database that dies, hangs and comes back while events are published. */
final class PostgresOutageTest {
  @RegisterExtension static final PostgresServer SERVER = new PostgresServer();

  private static final Duration DEADLINE = Duration.ofSeconds(2);

  /** What the driver's whole seconds and a busy machine add. */
  private static final Duration GRACE = Duration.ofMillis(1500);

  private final String database = SERVER.database();

  private SqlStore open() {
    return SqlStore.openPostgres(
        SERVER.address(database, DEADLINE),
        new StoreSettings(
            1L << 30,
            1000,
            Duration.ofDays(1),
            Duration.ofMinutes(2),
            100_000,
            1 << 20,
            2,
            topic -> new HistoryRule(1_000_000, Duration.ofDays(365_000), 1 << 30)),
        Clock.systemUTC());
  }

  /** Publishes without a pause, a few at a time, and notes what it was told. */
  private static final class Publisher {
    private static final int UNDER_WAY = 20;
    private final EventStore store;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread thread = new Thread(this::run);
    final Map<String, Long> stored = new ConcurrentHashMap<>();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicLong slowestNanos = new AtomicLong();

    Publisher(EventStore store) {
      this.store = store;
      thread.start();
    }

    private void run() {
      for (int i = 0; !ended.get(); i++) {
        room.acquireUninterruptibly();
        String id = "p" + i;
        long begun = System.nanoTime();
        store.append(
            List.of(event("a", id, "x")),
            outcome -> {
              slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
              if (outcome instanceof Stored) {
                stored.put(id, Appends.offsets(outcome).get(0));
              } else {
                refused.incrementAndGet();
              }
              room.release();
            });
      }
    }

    void end() throws InterruptedException {
      ended.set(true);
      thread.join();
      assertThat(room.tryAcquire(UNDER_WAY, 10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private interface Incident {
    void happen() throws Exception;
  }

  @Test
  void aServerThatIsKilledAndStartedAgainLosesNothingThatWasAnswered() throws Exception {
    outage(SERVER::kill, SERVER::start);
  }

  @Test
  void aServerThatHangsHoldsNobodyUpForLongAndLosesNothing() throws Exception {
    outage(SERVER::freeze, SERVER::thaw);
  }

  private void outage(Incident failing, Incident mending) throws Exception {
    SqlStore store = open();
    Publisher publisher = new Publisher(store);
    await().until(() -> publisher.stored.size() > 200);
    // So that readers have connections that break.
    get(store.read("a", 0, 10, 1000));
    failing.happen();
    await()
        .atMost(DEADLINE.plus(GRACE))
        .until(() -> store.health() instanceof StoreHealth.Refusing);
    assertThat(((StoreHealth.Refusing) store.health()).reason())
        .contains("postgresql://localhost:" + SERVER.port() + "/postgres")
        .contains("can't be reached")
        .doesNotContain("password")
        .doesNotContain("\n");
    int refused = publisher.refused.get();
    await().until(() -> publisher.refused.get() > refused + 100);
    // Reads are answered as well, and no later.
    long begun = System.nanoTime();
    assertThatThrownBy(() -> get(store.read("a", 0, 10, 1000)))
        .hasRootCauseInstanceOf(Exception.class)
        .hasStackTraceContaining("store postgresql://localhost");
    assertThat(System.nanoTime() - begun).isLessThan(DEADLINE.plus(GRACE).toNanos());

    int before = publisher.stored.size();
    mending.happen();
    await().atMost(Duration.ofSeconds(15)).until(() -> publisher.stored.size() > before + 200);
    publisher.end();
    assertThat(Duration.ofNanos(publisher.slowestNanos.get())).isLessThan(DEADLINE.plus(GRACE));

    await()
        .ignoreExceptions()
        .atMost(Duration.ofSeconds(5))
        .until(() -> !get(store.read("a", 0, 1, 1)).frames().isEmpty());
    Map<String, Long> kept = new HashMap<>();
    long last = 0;
    while (last < get(store.bounds("a")).last()) {
      for (EventFrame frame : get(store.read("a", last, 1000, Long.MAX_VALUE)).frames()) {
        assertThat(frame.offset()).isEqualTo(++last);
        assertThat(kept.put(frame.event().id(), frame.offset())).as("stored twice").isNull();
      }
    }
    assertThat(kept).containsAllEntriesOf(publisher.stored);
    get(store.close());
  }

  @Test
  void aNodeThatHangsWithLocksIsGivenUpByTheDatabase() throws Exception {
    SqlStore store = open();
    fill(store, "a", 1);
    try (var hanging = SERVER.connect(database);
        var statement = hanging.createStatement()) {
      hanging.setAutoCommit(false);
      // As every writer's connection has it.
      statement.execute("SET idle_in_transaction_session_timeout = 500");
      statement.execute("SELECT * FROM topics FOR UPDATE");
      assertThat(append(store, chosen("a", "id", "x"))).isInstanceOf(Stored.class);
    }
    get(store.close());
  }

  @Test
  void aServerThatIsNotThereIsNamedAtTheStart() {
    PostgresAddress nowhere = PostgresServer.address(1, "carillon", DEADLINE);
    assertThatThrownBy(
            () ->
                SqlStore.openPostgres(
                    nowhere,
                    new StoreSettings(
                        1,
                        1,
                        Duration.ofDays(1),
                        Duration.ZERO,
                        1,
                        1,
                        1,
                        topic -> new HistoryRule(1, Duration.ofDays(1), 1)),
                    Clock.systemUTC()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageStartingWith("store postgresql://localhost:1/carillon can't be opened: ")
        .hasMessageContaining("refused")
        .message()
        .doesNotContain("\n")
        .doesNotContain("no-password");
    assertThat(nowhere.toString()).doesNotContain("password");
  }
}
