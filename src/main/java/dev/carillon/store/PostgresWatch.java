package dev.carillon.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what every process commits, and counts what all of them hold: a thread and a connection of
 * its own, so that neither holds up those who publish. Connects again by itself.
 */
final class PostgresWatch {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.store");
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Counting takes at most this part of the time. */
  private static final int COUNT_PART = 50;

  private static final String COUNT =
      "SELECT COALESCE(SUM(bytes), 0)::bigint, COUNT(*), (SELECT COUNT(*) FROM event_ids)"
          + " FROM topics";

  private final PostgresDialect dialect;
  private final StoreTotals totals;
  private final List<HeadListener> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Connection connection;

  PostgresWatch(PostgresDialect dialect, StoreTotals totals) {
    this.dialect = dialect;
    this.totals = totals;
    this.thread = new Thread(this::run, "carillon-store-watch");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void listen(HeadListener listener) {
    listeners.add(listener);
  }

  /** Counts what the store holds. */
  static void count(Connection connection, StoreTotals totals) throws SQLException {
    StoreTotals.Own before = totals.own();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COUNT)) {
      row.next();
      totals.counted(before, row.getLong(1), row.getInt(2), row.getLong(3));
    }
  }

  void close() {
    closed = true;
    Connection open = connection;
    if (open != null) {
      ConnectionWatchdog.abort(open);
    }
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      try (Connection open = dialect.watcher()) {
        connection = open;
        if (!closed) {
          watch(open);
        }
      } catch (SQLException e) {
        if (!closed) {
          // The writer says what is wrong with the database.
          LOG.debug("no notices for now name={}", dialect.name(), e);
          LockSupport.parkNanos(this, PAUSE_NANOS);
        }
      }
    }
  }

  private void watch(Connection open) throws SQLException {
    try (Statement statement = open.createStatement()) {
      statement.execute("LISTEN " + PostgresStatements.CHANNEL);
    }
    // What was committed while nobody listened is known to nobody here.
    tell(new HeadNotice.Unknown());
    PGConnection notices = open.unwrap(PGConnection.class);
    long countNanos = System.nanoTime();
    while (!closed) {
      long now = System.nanoTime();
      if (now - countNanos >= 0) {
        // It also finds out whether the database is still there.
        count(open, totals);
        long ended = System.nanoTime();
        countNanos = ended + Math.max(PAUSE_NANOS, (ended - now) * COUNT_PART);
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(countNanos - System.nanoTime());
      PGNotification[] heard = notices.getNotifications((int) Math.max(1, millis));
      if (heard != null) {
        for (PGNotification one : heard) {
          tell(HeadNotices.read(one.getParameter()));
        }
      }
    }
  }

  private void tell(HeadNotice notice) {
    for (HeadListener listener : listeners) {
      try {
        listener.accept(notice);
      } catch (RuntimeException e) {
        // Its promise is not to; the others must hear of it all the same.
        LOG.error("a listener failed", e);
      }
    }
  }
}
