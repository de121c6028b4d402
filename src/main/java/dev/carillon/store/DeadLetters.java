package dev.carillon.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What could not be delivered, kept for operators: bounded per topic by count, bytes and age, and
 * in the number of topics. What exceeds a bound is removed, oldest first, and counted.
 *
 * <p>Stages complete on threads of the store, and fail with {@link StoreUnavailableException}.
 */
public interface DeadLetters {

  /**
   * Which dead letters are meant.
   *
   * @param topic exactly this one; empty for every topic
   * @param subscriber exactly this one; empty for every subscriber
   */
  record Filter(String topic, String subscriber) {
    public static final Filter ALL = new Filter("", "");
  }

  /**
   * Counts since the start.
   *
   * @param written kept when they were written
   * @param discarded never kept: more were lost at once than may wait, or the store failed
   * @param kept held now, about
   */
  record Counts(long written, long discarded, long kept) {}

  /**
   * Writes dead letters, in the background. Never waits: past a bound of what waits to be written
   * they are discarded and counted. For any thread.
   */
  void write(List<DeadLetter> letters);

  /** Those with an id above {@code after}, oldest first. */
  CompletionStage<List<DeadLetter>> list(Filter filter, long after, int limit);

  /** Those of these ids that are there. */
  CompletionStage<List<DeadLetter>> find(List<Long> ids);

  /** Removes these ids; completes with how many there were. */
  CompletionStage<Long> remove(List<Long> ids);

  /** Removes all that match; completes with how many there were. */
  CompletionStage<Long> purge(Filter filter);

  Counts counts();

  /** Writes what waits, then lets go of everything. */
  CompletionStage<Void> close();
}
