package dev.carillon.store;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Dead letters in memory: they end with the process. For any thread, by one lock held briefly. */
public final class MemoryDeadLetters implements DeadLetters {
  private final DeadLetterSettings settings;
  private final Clock clock;
  private final Object lock = new Object();

  // With the lock.
  private final NavigableMap<Long, DeadLetter> byId = new TreeMap<>();
  private final Map<String, OfTopic> byTopic = new HashMap<>();
  private long lastId;
  private long bytes;
  private long written;
  private long discarded;

  private static final class OfTopic {
    final Deque<Long> ids = new ArrayDeque<>();
    int count;
    long bytes;
  }

  public MemoryDeadLetters(DeadLetterSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public void write(List<DeadLetter> letters) {
    synchronized (lock) {
      removeOld();
      for (DeadLetter letter : letters) {
        OfTopic topic = byTopic.get(letter.topic());
        if (topic == null && byTopic.size() >= settings.maxTopics()) {
          discarded++;
          continue;
        }
        if (topic == null) {
          topic = new OfTopic();
          byTopic.put(letter.topic(), topic);
        }
        DeadLetter kept = letter.with(++lastId, letter.content());
        byId.put(kept.id(), kept);
        topic.ids.addLast(kept.id());
        topic.count++;
        topic.bytes += kept.bytes();
        bytes += kept.bytes();
        written++;
        while (topic.count > settings.maxEvents() || topic.bytes > settings.maxBytes()) {
          remove(topic.ids.removeFirst());
        }
      }
      while (bytes > settings.totalBytes() && !byId.isEmpty()) {
        remove(byId.firstKey());
      }
    }
  }

  @Override
  public CompletionStage<List<DeadLetter>> list(Filter filter, long after, int limit) {
    synchronized (lock) {
      removeOld();
      return CompletableFuture.completedFuture(
          matching(filter, byId.tailMap(after, false).values()).limit(limit).toList());
    }
  }

  @Override
  public CompletionStage<List<DeadLetter>> find(List<Long> ids) {
    synchronized (lock) {
      return CompletableFuture.completedFuture(
          ids.stream().flatMap(id -> Optional.ofNullable(byId.get(id)).stream()).toList());
    }
  }

  @Override
  public CompletionStage<Long> remove(List<Long> ids) {
    synchronized (lock) {
      return CompletableFuture.completedFuture(ids.stream().filter(this::remove).count());
    }
  }

  @Override
  public CompletionStage<Long> purge(Filter filter) {
    synchronized (lock) {
      return remove(matching(filter, byId.values()).map(DeadLetter::id).toList());
    }
  }

  @Override
  public Counts counts() {
    synchronized (lock) {
      return new Counts(written, discarded, byId.size());
    }
  }

  @Override
  public CompletionStage<Void> close() {
    return CompletableFuture.completedFuture(null);
  }

  private void removeOld() {
    long oldest = clock.millis() - settings.maxAge().toMillis();
    while (!byId.isEmpty() && byId.firstEntry().getValue().timeMillis() < oldest) {
      remove(byId.firstKey());
    }
  }

  private boolean remove(long id) {
    DeadLetter letter = byId.remove(id);
    if (letter == null) {
      return false;
    }
    bytes -= letter.bytes();
    OfTopic topic = byTopic.get(letter.topic());
    if (topic != null) {
      topic.count--;
      topic.bytes -= letter.bytes();
      // Those removed out of turn leave their ids; they go when their turn comes.
      while (!topic.ids.isEmpty() && !byId.containsKey(topic.ids.peekFirst())) {
        topic.ids.removeFirst();
      }
      if (topic.count == 0) {
        byTopic.remove(letter.topic());
      }
    }
    return true;
  }

  private static Stream<DeadLetter> matching(Filter filter, Collection<DeadLetter> letters) {
    return letters.stream()
        .filter(letter -> filter.topic().isEmpty() || filter.topic().equals(letter.topic()))
        .filter(
            letter ->
                filter.subscriber().isEmpty() || filter.subscriber().equals(letter.subscriber()));
  }
}
