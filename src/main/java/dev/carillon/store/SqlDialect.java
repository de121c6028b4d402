package dev.carillon.store;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** What differs between databases for who opens a store and reads from it. */
interface SqlDialect {

  /** The store's name in logs and reasons: its file, or its address without a password. */
  String name();

  /** Connections for Flyway. */
  DataSource dataSource();

  /** Where the schema's scripts are on the class path. */
  String migrations();

  /** The connection that changes the store: every commit is as safe as the kind promises. */
  Connection writer() throws SQLException;

  /** A connection that only reads. */
  Connection reader() throws SQLException;

  /**
   * Looks at what is there before anything opens it, and keeps others from it.
   *
   * @throws StoreUnavailableException naming what is wrong
   */
  void claim();

  /** Ends the claim; the writer is closed already. */
  void release();

  /** How ids and keys of events are read. */
  EventRow.TextColumn text();

  /** Whether a failed connection is the reason, so that another one may do. */
  boolean isDisconnect(Exception failure);

  /** Whether a part of what is stored can't be read any more, or can't be trusted. */
  boolean isDamage(SQLException failure);

  /** What the store is like after a failure of the writer. */
  StoreHealth diagnose(Exception failure);
}
