package dev.carillon.store;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Pattern;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Histories in memory: they end with the process, and the next one has other epochs.
 *
 * <p>Changed by the thread of {@link GroupCommit}; read under the same lock by any.
 */
public final class MemoryStore implements EventStore {
  private static final int UPKEEP_TOPICS = 1000;

  private final StoreSettings settings;
  private final Clock clock;
  private final GroupCommit commits;
  private final Object lock = new Object();

  // With the lock.
  private final NavigableMap<String, History> histories = new TreeMap<>();
  private String epoch = Epochs.fresh();
  private boolean closed;

  // The writer thread's own.
  private final ChosenIds ids;
  private long bytesUsed;
  private String swept = "";

  /** A history; its ring holds the events from {@code head.first()} on. */
  private static final class History {
    final EventRing events = new EventRing();
    Head head;

    History(Head head) {
      this.head = head;
    }
  }

  public MemoryStore(StoreSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.ids = new ChosenIds(settings.dedupeWindow().toMillis(), settings.dedupeEvents());
    this.commits = new GroupCommit("memory", settings.batchBytes(), new Backend());
    commits.start();
  }

  @Override
  public void append(List<NewEvent> events, AppendAnswer answer) {
    commits.append(new Append(events, answer));
  }

  @Override
  public CompletionStage<HistoryPage> read(String topic, long after, int maxEvents, long maxBytes) {
    return ask(
        () -> {
          HistoryBounds bounds = bounds(head(topic));
          long from = Math.max(after + 1, bounds.first());
          List<EventFrame> frames = new ArrayList<>();
          History history = histories.get(topic);
          if (history != null && from <= bounds.last()) {
            long bytes = 0;
            int index = (int) (from - history.head.first());
            while (index < history.events.size() && frames.size() < maxEvents && bytes < maxBytes) {
              // Made anew: kept, it would take as much memory again as its event.
              EventFrame frame = new EventFrame(history.events.get(index++));
              frames.add(frame);
              bytes += frame.size();
            }
          }
          return new HistoryPage(bounds, frames);
        });
  }

  @Override
  public CompletionStage<HistoryBounds> bounds(String topic) {
    return ask(() -> bounds(head(topic)));
  }

  @Override
  public CompletionStage<List<HistoryBounds>> histories(Pattern pattern, String after, int limit) {
    return ask(
        () ->
            histories.tailMap(after, false).values().stream()
                .map(history -> history.head)
                .filter(head -> pattern.matches(head.topic()))
                .limit(limit)
                .map(this::bounds)
                .toList());
  }

  @Override
  public CompletionStage<HistoryBounds> purge(String topic) {
    return commits.run(
        () -> {
          synchronized (lock) {
            Head old = head(topic);
            if (!histories.containsKey(topic)) {
              // Nothing of its epoch was ever given out: there is nothing to keep a history for.
              return bounds(old);
            }
            Head fresh = new Head(0, topic, Epochs.fresh(), 1, 0, 0, clock.millis());
            histories.put(topic, new History(fresh));
            bytesUsed -= old.bytes();
            ids.forget(topic, old.epoch());
            return bounds(fresh);
          }
        });
  }

  @Override
  public StoreHealth health() {
    return commits.health();
  }

  @Override
  public CompletionStage<Void> close() {
    return commits.close();
  }

  private interface Question<T> {
    T ask();
  }

  private <T> CompletionStage<T> ask(Question<T> question) {
    synchronized (lock) {
      return closed
          ? CompletableFuture.failedFuture(new StoreUnavailableException("the store is closed"))
          : CompletableFuture.completedFuture(question.ask());
    }
  }

  private Head head(String topic) {
    History history = histories.get(topic);
    return history == null ? Head.unused(topic, epoch) : history.head;
  }

  private HistoryBounds bounds(Head head) {
    return head.bounds(settings.rules().apply(head.topic()));
  }

  private final class Backend implements GroupCommit.Backend {
    @Override
    public List<AppendOutcome> commit(List<Append> appends) {
      synchronized (lock) {
        AppendPlan plan =
            new AppendPlan(
                settings,
                ids,
                topic -> Optional.ofNullable(histories.get(topic)).map(history -> history.head),
                epoch,
                bytesUsed,
                histories.size(),
                clock.millis());
        appends.forEach(plan::add);
        for (Head head : plan.heads().values()) {
          histories.computeIfAbsent(head.topic(), t -> new History(head)).head = head;
        }
        for (AppendPlan.Row row : plan.rows()) {
          History history = histories.get(row.event().topic().name());
          if (history != null) {
            history.events.add(row.event());
            bytesUsed += row.bytes();
          }
        }
        plan.heads().keySet().forEach(topic -> trim(histories.get(topic)));
        ids.keep();
        return plan.outcomes();
      }
    }

    @Override
    public boolean upkeep() {
      synchronized (lock) {
        ids.forget(clock.millis(), UPKEEP_TOPICS);
        List<String> page =
            histories.tailMap(swept, false).keySet().stream().limit(UPKEEP_TOPICS).toList();
        for (String topic : page) {
          swept = topic;
          History history = histories.get(topic);
          trim(history);
          if (history != null && isForgotten(history.head)) {
            histories.remove(topic);
            // Or an offset could stand for two events in one epoch.
            epoch = Epochs.fresh();
          }
        }
        if (page.size() < UPKEEP_TOPICS) {
          swept = "";
          return false;
        }
        return true;
      }
    }

    private boolean isForgotten(Head head) {
      return head.events() == 0
          && clock.millis() - head.usedMillis() > settings.forgetTopicsAfter().toMillis();
    }

    private void trim(@Nullable History history) {
      if (history == null) {
        return;
      }
      HistoryRule rule = settings.rules().apply(history.head.topic());
      long oldest = clock.millis() - rule.maxAge().toMillis();
      while (history.events.size() > 0
          && (history.head.events() > rule.maxEvents()
              || history.head.bytes() > rule.maxBytes()
              || history.events.get(0).timeMillis() < oldest)) {
        long bytes = StoredBytes.of(history.events.get(0));
        history.events.removeOldest();
        history.head = history.head.trim(history.head.first() + 1, bytes);
        bytesUsed -= bytes;
      }
    }

    @Override
    public void probe() {
      // Memory works, or the process is gone.
    }

    @Override
    public StoreHealth diagnose(Exception failure) {
      return new StoreHealth.Refusing("the store in memory fails: " + failure.getMessage());
    }

    @Override
    public void close() {
      synchronized (lock) {
        closed = true;
        histories.clear();
      }
    }
  }
}
