package dev.carillon.store;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The writing side of a {@link SqlStore}. */
interface SqlWriter extends GroupCommit.Backend {
  /** What the name of a purged history begins with, and no topic's name. */
  String PURGED = "!";

  /** Removed in one step, so that no step holds up those who publish. */
  int MAX_REMOVED = 500;

  /** Events past a rule's count that wait for the next removal: one removal for many events. */
  int SLACK_EVENTS = 64;

  /** A history is cut at once when it is so much of its rule's bytes past it. */
  int SLACK_PART = 8;

  /** Between two sweeps of all histories, at least. */
  long MIN_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A sweep of all histories takes at most this part of the time. */
  int SWEEP_PART = 20;

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
