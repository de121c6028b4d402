package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Durable appends of a PostgreSQL store beside a bare JDBC loop with the same batch sizes on the
 * same server, in turns, by one and by three writers. Run by {@code bench/history}.
 */
public final class PostgresAppends {
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final byte[] DATA =
      ("\"" + "x".repeat(126) + "\"").getBytes(StandardCharsets.US_ASCII);

  private final EmbeddedPostgres server;
  private int databases;

  private PostgresAppends(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Takes a folder on the disk to be measured. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0])).toAbsolutePath();
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(Files.createTempDirectory(folder, "postgres"))
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      new PostgresAppends(server).run(System.out);
    }
  }

  private void run(PrintStream out) throws Exception {
    out.println("writers | events a batch | bare JDBC, events/s | with a NOTIFY | store | ratio");
    for (int writers : new int[] {1, 3}) {
      for (int batch : new int[] {1, 100, 1000}) {
        double[] bare = new double[ROUNDS];
        double[] notifying = new double[ROUNDS];
        double[] store = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
          int at = Math.max(0, round);
          bare[at] = bare(writers, batch, false);
          notifying[at] = bare(writers, batch, true);
          store[at] = store(writers, batch);
        }
        out.printf(
            "%d | %d | %,.0f | %,.0f | %,.0f | %.2f%n",
            writers,
            batch,
            median(bare),
            median(notifying),
            median(store),
            median(store) / median(bare));
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private String database() throws SQLException {
    String name = "bench_" + ++databases;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      if (databases > 1) {
        statement.execute("DROP DATABASE bench_" + (databases - 1) + " WITH (FORCE)");
      }
      statement.execute("CREATE DATABASE " + name);
      statement.execute("CHECKPOINT");
    }
    return name;
  }

  private static double together(List<Callable<Long>> writers) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    long start = System.nanoTime();
    List<Future<Long>> running = new ArrayList<>();
    for (Callable<Long> writer : writers) {
      running.add(threads.submit(writer));
    }
    long events = 0;
    for (Future<Long> one : running) {
      events += one.get();
    }
    double rate = events * 1e9 / (System.nanoTime() - start);
    threads.shutdown();
    return rate;
  }

  /** What a program would write that only stores the events, each writer in a topic of its own. */
  private double bare(int writers, int batch, boolean notifies) throws Exception {
    String name = database();
    List<Callable<Long>> all = new ArrayList<>();
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      int topic = i;
      Connection connection = server.getDatabase("postgres", name).getConnection();
      connections.add(connection);
      connection.setAutoCommit(true);
      if (i == 0) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "CREATE TABLE events (topic bigint NOT NULL, \"offset\" bigint NOT NULL,"
                  + " id text NOT NULL, time bigint NOT NULL, data bytea NOT NULL,"
                  + " PRIMARY KEY (topic, \"offset\"))");
        }
      }
      connection.setAutoCommit(false);
      all.add(() -> bare(connection, topic, batch, notifies));
    }
    double rate = together(all);
    for (Connection connection : connections) {
      connection.close();
    }
    return rate;
  }

  private static long bare(Connection connection, int topic, int batch, boolean notifies)
      throws SQLException {
    long offset = 0;
    long start = System.nanoTime();
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO events VALUES (?, ?, ?, ?, ?)");
        PreparedStatement tell =
            connection.prepareStatement("SELECT pg_notify('bench', 'topic 1')")) {
      while (System.nanoTime() - start < ROUND_NANOS) {
        for (int i = 0; i < batch; i++) {
          insert.setLong(1, topic);
          insert.setLong(2, ++offset);
          insert.setString(3, "0192f0a1-0000-7000-8000-" + offset);
          insert.setLong(4, offset);
          insert.setBytes(5, DATA);
          insert.addBatch();
        }
        insert.executeBatch();
        if (notifies) {
          tell.execute();
        }
        connection.commit();
      }
    }
    return offset;
  }

  private double store(int writers, int batch) throws Exception {
    String name = database();
    List<SqlStore> stores = new ArrayList<>();
    List<Callable<Long>> all = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      String topic = "bench" + i;
      SqlStore store =
          SqlStore.openPostgres(
              new PostgresAddress(
                  "postgresql://localhost:" + server.getPort() + "/" + name,
                  Optional.of("postgres"),
                  Optional.empty(),
                  Duration.ofSeconds(5)),
              new StoreSettings(
                  1L << 40,
                  1000,
                  Duration.ofDays(1),
                  Duration.ofMinutes(2),
                  100_000,
                  4 << 20,
                  2,
                  any -> new HistoryRule(1_000_000_000, Duration.ofDays(1), 1L << 40)),
              Clock.systemUTC());
      stores.add(store);
      all.add(() -> publish(store, topic, batch));
    }
    double rate = together(all);
    for (SqlStore store : stores) {
      store.close().toCompletableFuture().get();
    }
    return rate;
  }

  /** Publishers that together keep so many events waiting that a transaction has a batch. */
  private static long publish(SqlStore store, String topic, int batch) throws Exception {
    int underWay = batch == 1 ? 1 : 2;
    Semaphore room = new Semaphore(underWay);
    long stored = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < ROUND_NANOS) {
      room.acquire();
      List<NewEvent> events = new ArrayList<>(batch);
      for (int i = 0; i < batch; i++) {
        events.add(
            new NewEvent(
                new Event(
                    new Topic(topic),
                    "0192f0a1-0000-7000-8000-" + (stored + i),
                    System.currentTimeMillis(),
                    Optional.empty(),
                    EventData.ofJson(DATA)),
                false,
                0));
      }
      store.append(events, outcome -> room.release());
      stored += batch;
    }
    room.acquire(underWay);
    return stored;
  }
}
