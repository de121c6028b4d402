package dev.carillon.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out what became of a transaction whose connection broke while it was being committed.
 * Confined to the writer thread, which it blocks.
 */
final class CommitInquiry {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final PostgresDialect dialect;

  CommitInquiry(PostgresDialect dialect) {
    this.dialect = dialect;
  }

  /**
   * What was found.
   *
   * @param session a new one, by which it was found
   */
  record Finding(boolean committed, PostgresSession session) {}

  /**
   * Asks until it is known.
   *
   * @param transaction its number
   * @param processId of the process in the database that was to commit it
   * @param endNanos when to give up
   * @return nothing when it can't be found out in time
   */
  Optional<Finding> ask(String transaction, int processId, long endNanos) {
    while (System.nanoTime() - endNanos < 0) {
      try {
        PostgresSession session = PostgresSession.open(dialect);
        Optional<Boolean> committed;
        try {
          committed = ask(session, transaction, processId, endNanos);
        } catch (SQLException e) {
          session.abort();
          throw e;
        }
        if (committed.isEmpty()) {
          session.abort();
          return Optional.empty();
        }
        return Optional.of(new Finding(committed.get(), session));
      } catch (SQLException e) {
        // It is down or starts up; or it is down for longer than anybody waits.
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
    return Optional.empty();
  }

  private Optional<Boolean> ask(
      PostgresSession session, String transaction, int processId, long endNanos)
      throws SQLException {
    while (System.nanoTime() - endNanos < 0) {
      Optional<String> status = status(session, transaction);
      session.connection().rollback();
      if (status.isEmpty()) {
        // So long ago that the database does not know any more.
        return Optional.empty();
      }
      if (!status.get().equals("in progress")) {
        return Optional.of(status.get().equals("committed"));
      }
      // Its process waits for a COMMIT that got lost, or for a disk. Ended it leaves the one or the
      // other behind, never something in between. But one that waits for a standby is committed
      // here
      // and not yet there: it must wait on.
      end(session, transaction, processId);
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
    return Optional.empty();
  }

  private static Optional<String> status(PostgresSession session, String transaction)
      throws SQLException {
    try (PreparedStatement query =
        session.connection().prepareStatement("SELECT pg_xact_status(?::xid8)")) {
      query.setString(1, transaction);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
      }
    }
  }

  private static void end(PostgresSession session, String transaction, int processId)
      throws SQLException {
    try (PreparedStatement query =
        session
            .connection()
            .prepareStatement(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE pid = ? AND backend_xid = (?::xid8)::xid"
                    + " AND wait_event IS DISTINCT FROM 'SyncRep'")) {
      query.setInt(1, processId);
      query.setString(2, transaction);
      query.execute();
      session.connection().rollback();
    }
  }
}
