package dev.carillon.store;

import java.sql.SQLException;
import java.util.Optional;

/** The writing side of a {@link SqlStore}. */
interface SqlWriter extends GroupCommit.Backend {

  /** Opens the database and reads what is always in memory; before the writer thread starts. */
  void open() throws SQLException;

  /** Lets go of what was opened, where opening it failed. */
  void abandon();

  /**
   * The head of a history as it was last committed by whoever may change it, if it is in memory.
   * For any thread.
   */
  Optional<Head> cached(String topic);

  /** Begins another life of a history; the events of the old one are removed in the background. */
  HistoryBounds purge(String topic) throws SQLException;

  /** Hears of heads that others may have changed. For any thread. */
  default void listen(HeadListener listener) {
    // Nobody else changes what one process has for itself.
  }
}
