package dev.carillon.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks a connection that is at one thing for too long. The driver's own timeouts bound one read
 * each, and never a write: who waits for a database that hangs would wait with them for many.
 */
final class ConnectionWatchdog {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.store");

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "carillon-store-watchdog");
            thread.setDaemon(true);
            return thread;
          });

  ConnectionWatchdog() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Ends when what it is for has ended. */
  interface Watch {
    void close();
  }

  /** Breaks the connection after so many nanoseconds, unless the watch is closed before. */
  Watch watch(Connection connection, long nanos) {
    ScheduledFuture<?> end =
        timer.schedule(() -> abort(connection), Math.max(0, nanos), TimeUnit.NANOSECONDS);
    return () -> end.cancel(false);
  }

  static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("a connection could not be broken", e);
    }
  }

  void close() {
    timer.shutdownNow();
  }
}
