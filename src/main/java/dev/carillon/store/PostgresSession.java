package dev.carillon.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * A writer's connection with what belongs to it. Confined to the writer thread.
 *
 * @param processId of the process that serves it in the database
 */
record PostgresSession(Connection connection, PostgresStatements statements, int processId) {

  static PostgresSession open(PostgresDialect dialect) throws SQLException {
    Connection connection = dialect.writer();
    try {
      return new PostgresSession(
          connection,
          new PostgresStatements(connection),
          connection.unwrap(PGConnection.class).getBackendPID());
    } catch (SQLException e) {
      ConnectionWatchdog.abort(connection);
      throw e;
    }
  }

  /**
   * Undoes what is not committed.
   *
   * @return whether the connection can be used on
   */
  boolean rollback() {
    try {
      connection.rollback();
      return !connection.isClosed();
    } catch (SQLException e) {
      // Without its connection the transaction is gone as well.
      return false;
    }
  }

  /** Lets go of it, whatever it is at. */
  void abort() {
    ConnectionWatchdog.abort(connection);
  }
}
