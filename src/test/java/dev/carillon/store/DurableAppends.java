package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import java.io.IOException;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Durable appends of a SQLite store beside a bare JDBC loop with the same batch sizes on the same
 * disk, in turns. Run by {@code bench/history}.
 */
public final class DurableAppends {
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final byte[] DATA =
      ("\"" + "x".repeat(126) + "\"").getBytes(StandardCharsets.US_ASCII);

  private DurableAppends() {}

  /** Takes a folder on the disk to be measured. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    out.println("events a batch | bare JDBC, events/s | store, events/s | ratio (of the medians)");
    for (int batch : new int[] {1, 100, 1000}) {
      double[] bare = new double[ROUNDS];
      double[] store = new double[ROUNDS];
      for (int round = -1; round < ROUNDS; round++) {
        double first = bare(folder, batch);
        double second = store(folder, batch);
        if (round >= 0) {
          bare[round] = first;
          store[round] = second;
        }
      }
      out.printf(
          "%d | %,.0f | %,.0f | %.2f%n",
          batch, median(bare), median(store), median(store) / median(bare));
    }
    double[] commit = new double[ROUNDS];
    double[] alone = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      double first = 1e6 / bare(folder, 1);
      double second = alone(folder);
      if (round >= 0) {
        commit[round] = first;
        alone[round] = second;
      }
    }
    out.printf(
        "one publisher at a time: bare commit %.0f us, append %.0f us, ratio %.2f%n",
        median(commit), median(alone), median(alone) / median(commit));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** What a program would write that only stores the events. */
  private static double bare(Path folder, int batch) throws SQLException, IOException {
    Path file = folder.resolve("bare.db");
    delete(file);
    SqliteDialect dialect = new SqliteDialect(file);
    try (Connection connection = dialect.writer()) {
      try (Statement statement = connection.createStatement()) {
        // As SQLite is by itself; a store settles its log in its own way.
        statement.execute("PRAGMA wal_autocheckpoint = 1000");
        statement.execute(
            "CREATE TABLE events (topic INTEGER NOT NULL, \"offset\" INTEGER NOT NULL,"
                + " id TEXT NOT NULL, time INTEGER NOT NULL, data BLOB NOT NULL,"
                + " PRIMARY KEY (topic, \"offset\")) WITHOUT ROWID");
        connection.commit();
      }
      long offset = 0;
      long start = System.nanoTime();
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO events VALUES (1, ?, ?, ?, ?)")) {
        while (System.nanoTime() - start < ROUND_NANOS) {
          for (int i = 0; i < batch; i++) {
            insert.setLong(1, ++offset);
            insert.setString(2, "0192f0a1-0000-7000-8000-" + offset);
            insert.setLong(3, offset);
            insert.setBytes(4, DATA);
            insert.addBatch();
          }
          insert.executeBatch();
          connection.commit();
        }
      }
      return offset * 1e9 / (System.nanoTime() - start);
    }
  }

  private static SqlStore open(Path folder) throws IOException {
    Path file = folder.resolve("store.db");
    delete(file);
    return SqlStore.openSqlite(
        file,
        new StoreSettings(
            1L << 40,
            1000,
            Duration.ofDays(1),
            Duration.ofMinutes(2),
            100_000,
            4 << 20,
            2,
            topic -> new HistoryRule(1_000_000_000, Duration.ofDays(1), 1L << 40)),
        Clock.systemUTC());
  }

  private static List<NewEvent> events(int batch, long from) {
    List<NewEvent> events = new ArrayList<>(batch);
    Topic topic = new Topic("bench");
    // Not long past: what is past its age would be removed while it is measured.
    long nowMillis = System.currentTimeMillis();
    for (int i = 0; i < batch; i++) {
      events.add(
          new NewEvent(
              new Event(
                  topic,
                  "0192f0a1-0000-7000-8000-" + (from + i),
                  nowMillis,
                  Optional.empty(),
                  EventData.ofJson(DATA)),
              false,
              0));
    }
    return events;
  }

  /** Publishers that together keep so many events waiting that a transaction has a batch. */
  private static double store(Path folder, int batch) throws Exception {
    SqlStore store = open(folder);
    int underWay = batch == 1 ? 1 : 2;
    Semaphore room = new Semaphore(underWay);
    long stored = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < ROUND_NANOS) {
      room.acquire();
      store.append(events(batch, stored), outcome -> room.release());
      stored += batch;
    }
    room.acquire(underWay);
    double rate = stored * 1e9 / (System.nanoTime() - start);
    store.close().toCompletableFuture().get();
    return rate;
  }

  private static double alone(Path folder) throws Exception {
    SqlStore store = open(folder);
    Thread me = Thread.currentThread();
    boolean[] answered = new boolean[1];
    long appends = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < ROUND_NANOS) {
      synchronized (answered) {
        answered[0] = false;
      }
      store.append(
          events(1, appends),
          outcome -> {
            synchronized (answered) {
              answered[0] = true;
            }
            LockSupport.unpark(me);
          });
      boolean done = false;
      while (!done) {
        LockSupport.parkNanos(1_000_000);
        synchronized (answered) {
          done = answered[0];
        }
      }
      appends++;
    }
    double micros = (System.nanoTime() - start) / 1e3 / appends;
    store.close().toCompletableFuture().get();
    return micros;
  }

  private static void delete(Path file) throws IOException {
    for (String part : List.of("", "-wal", "-shm", ".lock")) {
      Files.deleteIfExists(Path.of(file + part));
    }
  }
}
