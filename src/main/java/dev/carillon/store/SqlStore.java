package dev.carillon.store;

import dev.carillon.event.Pattern;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Histories in a database, over JDBC: what differs between databases is the {@link SqlDialect}.
 *
 * <p>One connection writes, on the thread of {@link GroupCommit}; each reading thread has one of
 * its own.
 */
public final class SqlStore implements EventStore {
  /** Reads that wait at most; who asks bounds them lower. */
  private static final int MAX_WAITING_READS = 10_000;

  /** Histories compared with their events when a store is opened. */
  private static final int CHECKED_HEADS = 10_000;

  /** After a connection failed, no other one is tried for so long. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SqlDialect dialect;
  private final StoreSettings settings;
  private final SqlWriter backend;
  private final GroupCommit commits;
  private final ThreadPoolExecutor readers;
  private final Queue<SqlReader> idleReaders = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> readersEnded = new CompletableFuture<>();
  private volatile long readsDueNanos = System.nanoTime();

  private SqlStore(SqlDialect dialect, StoreSettings settings, SqlWriter backend) {
    this.dialect = dialect;
    this.settings = settings;
    this.backend = backend;
    this.commits = new GroupCommit(dialect.name(), settings.batchBytes(), backend);
    AtomicInteger number = new AtomicInteger();
    this.readers =
        new ThreadPoolExecutor(
            settings.readers(),
            settings.readers(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_READS),
            work -> {
              Thread thread = new Thread(work, "carillon-history-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            }) {
          @Override
          protected void terminated() {
            closeReaders();
          }
        };
  }

  /**
   * Opens a SQLite file, or makes it. Blocks.
   *
   * @throws StoreUnavailableException saying in one line which file it is about and what is wrong:
   *     it is damaged, can't be written, or another process has it
   */
  public static SqlStore openSqlite(Path file, StoreSettings settings, Clock clock) {
    SqliteDialect dialect = new SqliteDialect(file);
    return open(dialect, settings, new SqlBackend(dialect, settings, clock));
  }

  /**
   * Opens a PostgreSQL database that several nodes may share. Blocks.
   *
   * @throws StoreUnavailableException saying in one line which database it is about and what is
   *     wrong: it can't be reached, is too old, or is damaged
   */
  public static SqlStore openPostgres(
      PostgresAddress address, StoreSettings settings, Clock clock) {
    PostgresDialect dialect = new PostgresDialect(address);
    return open(dialect, settings, new PostgresBackend(dialect, settings, clock));
  }

  private static SqlStore open(SqlDialect dialect, StoreSettings settings, SqlWriter backend) {
    dialect.claim();
    SqlStore store = new SqlStore(dialect, settings, backend);
    try {
      migrate(dialect);
      store.backend.open();
      store.checkHeads();
      store.commits.start();
      return store;
    } catch (SQLException | FlywayException e) {
      store.backend.abandon();
      throw new StoreUnavailableException(
          "store " + dialect.name() + " can't be opened: " + reason(dialect, e), e);
    } catch (RuntimeException e) {
      store.backend.abandon();
      throw e;
    }
  }

  private static void migrate(SqlDialect dialect) {
    Flyway flyway =
        Flyway.configure(SqlStore.class.getClassLoader())
            .dataSource(dialect.dataSource())
            .locations(dialect.migrations())
            .table("schema_history")
            .loggers("slf4j")
            .load();
    for (MigrationInfo step : flyway.info().applied()) {
      // Flyway itself would let it pass, and this version would write what a newer one can't read.
      if (!step.getState().isResolved()) {
        throw new StoreUnavailableException(
            "store " + dialect.name() + " was written by a newer version of Carillon");
      }
    }
    flyway.migrate();
  }

  private static String reason(SqlDialect dialect, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String message = String.valueOf(sql.getMessage()).lines().findFirst().orElse("");
        return dialect.isDamage(sql) ? "it is damaged: " + message : message;
      }
    }
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown reason");
  }

  /** Compares what the store says of its histories with the events that are there. */
  private void checkHeads() throws SQLException {
    try (Connection connection = dialect.reader();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT "
                    + SqlBackend.headColumns()
                    + ", (SELECT MIN(\"offset\") FROM events WHERE topic = t.id),"
                    + " (SELECT MAX(\"offset\") FROM events WHERE topic = t.id),"
                    + " (SELECT COUNT(*) FROM topics n WHERE n.name = t.name AND n.id = t.id)"
                    + " FROM topics t ORDER BY t.used DESC LIMIT "
                    + CHECKED_HEADS)) {
      while (row.next()) {
        Head head = SqlStatements.readHead(row);
        boolean fits =
            head.events() == 0
                ? row.getObject(9) == null
                : row.getLong(9) == head.first() && row.getLong(10) == head.last();
        if (!fits || row.getInt(11) != 1) {
          throw new StoreUnavailableException(
              "store "
                  + dialect.name()
                  + " is damaged: the history of topic "
                  + head.topic()
                  + (fits ? " can't be found by its name" : " lacks events"));
        }
      }
      connection.rollback();
    }
  }

  @Override
  public void append(List<NewEvent> events, AppendAnswer answer) {
    commits.append(new Append(events, answer));
  }

  @Override
  public CompletionStage<HistoryPage> read(String topic, long after, int maxEvents, long maxBytes) {
    return ask(open -> open.page(topic, settings.rules().apply(topic), after, maxEvents, maxBytes));
  }

  @Override
  public CompletionStage<HistoryBounds> bounds(String topic) {
    HistoryRule rule = settings.rules().apply(topic);
    return backend
        .cached(topic)
        .<CompletionStage<HistoryBounds>>map(
            head -> CompletableFuture.completedFuture(head.bounds(rule)))
        .orElseGet(() -> ask(open -> open.head(topic).bounds(rule)));
  }

  @Override
  public CompletionStage<List<HistoryBounds>> histories(Pattern pattern, String after, int limit) {
    return ask(
        open ->
            open.heads(pattern, after, limit).stream()
                .map(head -> head.bounds(settings.rules().apply(head.topic())))
                .toList());
  }

  @Override
  public CompletionStage<HistoryBounds> purge(String topic) {
    return commits.run(() -> backend.purge(topic));
  }

  @Override
  public void listen(HeadListener listener) {
    backend.listen(listener);
  }

  @Override
  public StoreHealth health() {
    return commits.health();
  }

  @Override
  public CompletionStage<Void> close() {
    // Readers first: a log that nobody reads from can be settled to its end.
    readers.shutdown();
    return readersEnded.thenCompose(ended -> commits.close());
  }

  private void closeReaders() {
    for (SqlReader idle = idleReaders.poll(); idle != null; idle = idleReaders.poll()) {
      closeQuietly(idle);
    }
    readersEnded.complete(null);
  }

  private interface Question<T> {
    T ask(SqlReader reader) throws SQLException;
  }

  private <T> CompletionStage<T> ask(Question<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      readers.execute(() -> ask(question, answer));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new StoreUnavailableException(
              readers.isShutdown() ? "the store is closed" : "too many reads wait", e));
    }
    return answer;
  }

  private <T> void ask(Question<T> question, CompletableFuture<T> answer) {
    try {
      answer.complete(find(question));
    } catch (SQLException | RuntimeException e) {
      if (e instanceof SQLException sql && dialect.isDamage(sql)) {
        answer.completeExceptionally(damaged(String.valueOf(e.getMessage())));
        return;
      }
      if (dialect.isDisconnect(e)) {
        // Those that wait behind it must not each wait as long as it did.
        readsDueNanos = System.nanoTime() + PAUSE_NANOS;
      }
      answer.completeExceptionally(
          e instanceof StoreUnavailableException
              ? e
              : new StoreUnavailableException("store " + dialect.name() + " can't be read", e));
    }
  }

  private <T> T find(Question<T> question) throws SQLException {
    while (true) {
      SqlReader idle = idleReaders.poll();
      if (idle == null && System.nanoTime() - readsDueNanos < 0) {
        throw new StoreUnavailableException("store " + dialect.name() + " can't be reached");
      }
      SqlReader open = idle == null ? new SqlReader(dialect.reader(), dialect.text()) : idle;
      try {
        T found = question.ask(open);
        idleReaders.add(open);
        return found;
      } catch (SQLException | RuntimeException e) {
        // The next question gets a connection that did not fail.
        closeQuietly(open);
        if (idle == null || !dialect.isDisconnect(e)) {
          throw e;
        }
        // They may have been broken for long; how the database is a new one finds out.
        for (SqlReader other = idleReaders.poll(); other != null; other = idleReaders.poll()) {
          closeQuietly(other);
        }
      }
    }
  }

  private StoreUnavailableException damaged(String problem) {
    StoreHealth.Failed failed =
        new StoreHealth.Failed("store " + dialect.name() + " is damaged: " + problem);
    commits.failFromOutside(failed);
    return new StoreUnavailableException(failed.reason());
  }

  private static void closeQuietly(SqlReader reader) {
    try {
      reader.close();
    } catch (SQLException e) {
      // Nothing is lost with a connection that only reads.
      assert e != null;
    }
  }
}
