package dev.carillon.store;

import dev.carillon.event.Pattern;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The histories of topics.
 *
 * <p>What every kind keeps:
 *
 * <ol>
 *   <li>Offsets of a topic are 1, 2, 3 … without holes in one epoch. An epoch stays over restarts
 *       for as long as the events that were acknowledged in it are still there or were removed by
 *       their {@link HistoryRule}; a history that lost others, or was purged, has another epoch.
 *   <li>An append is all or nothing. It is answered once: after it is as safe as the kind promises,
 *       or when it is known that nothing of it will ever be read from this process. Where the
 *       answer of a database got lost and can't be asked for in time, it is answered as unavailable
 *       with a reason that says so: it may be stored, and then a {@link HeadNotice} tells of it, as
 *       of every commit there.
 *   <li>Answers come on the store's writer thread, one at a time, and those of one topic in the
 *       order of their offsets.
 *   <li>An event whose id its publisher chose is stored once within the deduplication window.
 *   <li>A failure of one append leaves every other one as it is.
 *   <li>Nothing blocks the caller; reads see every append that was answered before they were asked.
 *   <li>What was stored and no longer reads as it was written fails the read; it is never served.
 * </ol>
 *
 * <p>Stages complete on threads of the store, and fail with {@link StoreUnavailableException}.
 * After {@link #close} everything fails so.
 */
public interface EventStore {

  /**
   * Appends events to the histories of their topics. Its caller bounds what it has on its way.
   *
   * @param events at least one, of topics that keep history
   * @param answer called once, on the store's writer thread; must not block and must not throw
   */
  void append(List<NewEvent> events, AppendAnswer answer);

  /**
   * Reads a part of a history, oldest first. It begins behind {@code after}, or with the first
   * event that is left; it has at most {@code maxEvents} events, and ends early once their frames
   * have {@code maxBytes} together, but not before the first one.
   *
   * @param topic a topic's name; one that was never used has an empty history
   */
  CompletionStage<HistoryPage> read(String topic, long after, int maxEvents, long maxBytes);

  /** Where the history of {@code topic} begins and ends. */
  CompletionStage<HistoryBounds> bounds(String topic);

  /**
   * The histories whose topics match {@code pattern}, in the order of their names.
   *
   * @param after the name that the first one comes after; the empty text begins
   * @param limit how many at most
   */
  CompletionStage<List<HistoryBounds>> histories(Pattern pattern, String after, int limit);

  /** Removes every event of {@code topic}; its next one is the first of another epoch. */
  CompletionStage<HistoryBounds> purge(String topic);

  /**
   * Hears of histories that went on, where several processes share the store; the kinds that one
   * process has for itself say nothing.
   */
  default void listen(HeadListener listener) {
    // Who appended knows already.
  }

  /** How the store is; for any thread, costs nothing. */
  StoreHealth health();

  /** Answers what waits, then lets go of everything. */
  CompletionStage<Void> close();
}
