package dev.carillon.store;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.event.EventFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What many read at once of the same histories, read once: blocks of consecutive offsets, kept in
 * memory up to a bound. For any thread.
 *
 * <p>Who asks while a block is being read waits for the same read. Only so many reads are under way
 * at once, so that clients that all come back together don't all ask the store together.
 */
public final class HistoryPages {
  /** Offsets in a block; about what one write to a socket takes. */
  public static final int BLOCK_EVENTS = 64;

  /** Besides its frames, what a block takes. */
  private static final int BLOCK_OVERHEAD_BYTES = 200;

  /** An event is in memory twice: as its frame and as its parts. */
  private static final int FRAME_FACTOR = 2;

  private final EventStore store;
  private final AsyncCache<Block, HistoryPage> blocks;
  private final int maxReads;
  private final Object lock = new Object();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int underWay;

  /**
   * A part of a history.
   *
   * @param number of the block: it begins behind {@code number * BLOCK_EVENTS}
   * @param end the last offset of it that is asked for
   */
  private record Block(String topic, String epoch, long number, long end) {}

  /**
   * Makes an empty cache.
   *
   * @param maxBytes of all blocks together, about
   * @param maxReads of the store at once
   */
  public HistoryPages(EventStore store, long maxBytes, int maxReads) {
    this.store = store;
    this.maxReads = maxReads;
    this.blocks =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Block block, HistoryPage page) -> weight(page))
            .executor(Runnable::run)
            .buildAsync();
  }

  /** The block with the event behind {@code after}, if it is in memory. */
  public Optional<HistoryPage> cached(String topic, String epoch, long after, long upTo) {
    CompletableFuture<HistoryPage> known = blocks.getIfPresent(block(topic, epoch, after, upTo));
    return known == null || !known.isDone() || known.isCompletedExceptionally()
        ? Optional.empty()
        : Optional.of(known.join());
  }

  /**
   * Reads the block with the event behind {@code after}.
   *
   * @param upTo the offset of an event that is stored, above {@code after}: nothing beyond it is
   *     asked for
   * @return a part of the history that may begin before {@code after}, and whose epoch may be
   *     another one
   */
  public CompletionStage<HistoryPage> read(String topic, String epoch, long after, long upTo) {
    Block block = block(topic, epoch, after, upTo);
    CompletableFuture<HistoryPage> read = blocks.get(block, (key, executor) -> load(key));
    read.whenComplete(
        (page, failure) -> {
          if (failure == null && !page.bounds().epoch().equals(epoch)) {
            blocks.asMap().remove(block, read);
          }
        });
    return read;
  }

  private CompletableFuture<HistoryPage> load(Block block) {
    CompletableFuture<HistoryPage> loaded = new CompletableFuture<>();
    start(
        () -> {
          long after = block.number() * BLOCK_EVENTS;
          store
              .read(block.topic(), after, (int) (block.end() - after), Long.MAX_VALUE)
              .whenComplete(
                  (page, failure) -> {
                    ended();
                    if (failure == null) {
                      loaded.complete(page);
                    } else {
                      loaded.completeExceptionally(failure);
                    }
                  });
        });
    return loaded;
  }

  private void start(Runnable read) {
    synchronized (lock) {
      if (underWay >= maxReads) {
        // Bounded by those who wait: each has one read under way.
        waiting.addLast(read);
        return;
      }
      underWay++;
    }
    read.run();
  }

  private void ended() {
    Runnable next;
    synchronized (lock) {
      next = waiting.pollFirst();
      if (next == null) {
        underWay--;
        return;
      }
    }
    next.run();
  }

  private static Block block(String topic, String epoch, long after, long upTo) {
    long number = after / BLOCK_EVENTS;
    return new Block(topic, epoch, number, Math.min(upTo, (number + 1) * BLOCK_EVENTS));
  }

  private static int weight(HistoryPage page) {
    long bytes = BLOCK_OVERHEAD_BYTES;
    for (EventFrame frame : page.frames()) {
      bytes += (long) FRAME_FACTOR * frame.size() + BLOCK_OVERHEAD_BYTES;
    }
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }
}
