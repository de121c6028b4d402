package dev.carillon.store;

import static dev.carillon.store.Appends.fill;
import static dev.carillon.store.Appends.get;
import static dev.carillon.store.Appends.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.event.Pattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HistoryPagesTest {
  private static final int EVENTS = 200;
  private static final int MAX_READS = 2;

  private final SlowStore store = new SlowStore();
  private final HistoryPages pages = new HistoryPages(store, 1 << 20, MAX_READS);
  private String epoch = "";

  /** Answers reads when the test says so. */
  private static final class SlowStore implements EventStore {
    final EventStore inner =
        new MemoryStore(
            new StoreSettings(
                1 << 30,
                10,
                Duration.ofDays(1),
                Duration.ofMinutes(2),
                10,
                1 << 20,
                1,
                topic -> new HistoryRule(1_000_000, Duration.ofDays(100_000), 1 << 30)),
            new Appends.FakeClock());
    final List<Runnable> waiting = new ArrayList<>();
    int reads;

    @Override
    public void append(List<NewEvent> events, AppendAnswer answer) {
      inner.append(events, answer);
    }

    @Override
    public CompletionStage<HistoryPage> read(
        String topic, long after, int maxEvents, long maxBytes) {
      reads++;
      CompletableFuture<HistoryPage> page = new CompletableFuture<>();
      waiting.add(() -> page.complete(get(inner.read(topic, after, maxEvents, maxBytes))));
      failures.add(() -> page.completeExceptionally(new StoreUnavailableException("as if")));
      return page;
    }

    final List<Runnable> failures = new ArrayList<>();

    void answer() {
      failures.remove(0);
      waiting.remove(0).run();
    }

    void fail() {
      waiting.remove(0);
      failures.remove(0).run();
    }

    @Override
    public CompletionStage<HistoryBounds> bounds(String topic) {
      return inner.bounds(topic);
    }

    @Override
    public CompletionStage<List<HistoryBounds>> histories(
        Pattern pattern, String after, int limit) {
      return inner.histories(pattern, after, limit);
    }

    @Override
    public CompletionStage<HistoryBounds> purge(String topic) {
      return inner.purge(topic);
    }

    @Override
    public StoreHealth health() {
      return inner.health();
    }

    @Override
    public CompletionStage<Void> close() {
      return inner.close();
    }
  }

  @BeforeEach
  void fillStore() {
    fill(store, "a", EVENTS);
    epoch = get(store.bounds("a")).epoch();
  }

  @AfterEach
  void close() {
    get(store.close());
  }

  private CompletableFuture<HistoryPage> read(long after) {
    return pages.read("a", epoch, after, EVENTS).toCompletableFuture();
  }

  @Test
  void manyWhoAskAtOnceReadOnce() {
    List<CompletableFuture<HistoryPage>> all = new ArrayList<>();
    for (long after = 0; after < HistoryPages.BLOCK_EVENTS; after++) {
      all.add(read(after));
    }
    assertThat(store.reads).isEqualTo(1);
    store.answer();
    for (CompletableFuture<HistoryPage> one : all) {
      assertThat(offsets(get(one))).hasSize(64).startsWith(1L).endsWith(64L);
    }
    assertThat(read(3)).isDone();
    assertThat(store.reads).isEqualTo(1);
  }

  @Test
  void aBlockThatIsInMemoryIsThereWithoutWaiting() {
    assertThat(pages.cached("a", epoch, 70, EVENTS)).isEmpty();
    read(70);
    assertThat(pages.cached("a", epoch, 70, EVENTS)).isEmpty();
    store.answer();
    assertThat(pages.cached("a", epoch, 64, EVENTS).map(Appends::offsets).orElseThrow())
        .startsWith(65L)
        .endsWith(128L);
  }

  @Test
  void nothingBeyondTheAskedEndIsReadAndALaterEndIsReadAnew() {
    CompletableFuture<HistoryPage> early = pages.read("a", epoch, 64, 70).toCompletableFuture();
    store.answer();
    assertThat(offsets(get(early))).containsExactly(65L, 66L, 67L, 68L, 69L, 70L);
    CompletableFuture<HistoryPage> later = read(64);
    store.answer();
    assertThat(offsets(get(later))).endsWith(128L);
  }

  @Test
  void noMoreReadsAreUnderWayThanAllowedAndTheOthersFollow() {
    List<CompletableFuture<HistoryPage>> all = List.of(read(0), read(64), read(128), read(192));
    assertThat(store.reads).isEqualTo(MAX_READS);
    store.answer();
    assertThat(store.reads).isEqualTo(MAX_READS + 1);
    store.fail();
    assertThat(store.reads).isEqualTo(MAX_READS + 2);
    store.answer();
    store.answer();
    assertThat(all.get(1)).isCompletedExceptionally();
    assertThat(offsets(get(all.get(3)))).startsWith(193L).endsWith(200L);
    // And the places of all four are free again.
    read(1);
    pages.read("a", epoch, 0, 10);
    pages.read("a", epoch, 0, 11);
    pages.read("a", epoch, 0, 12);
    assertThat(store.reads).isEqualTo(MAX_READS + 2 + MAX_READS);
  }

  @Test
  void aFailureIsToldAndNotKept() {
    CompletableFuture<HistoryPage> failed = read(0);
    store.fail();
    assertThatThrownBy(() -> get(failed)).hasStackTraceContaining("as if");
    CompletableFuture<HistoryPage> again = read(0);
    store.answer();
    assertThat(offsets(get(again))).hasSize(64);
  }

  @Test
  void aPageOfAnotherEpochIsToldAndNotKept() {
    CompletableFuture<HistoryPage> other =
        pages.read("a", "older", 0, EVENTS).toCompletableFuture();
    store.answer();
    assertThat(get(other).bounds().epoch()).isEqualTo(epoch);
    assertThat(pages.cached("a", "older", 0, EVENTS)).isEmpty();
  }

  @Test
  void pagesTogetherStayWithinTheirBytes() {
    HistoryPages few = new HistoryPages(store, 100_000, MAX_READS);
    for (long end = 1; end <= EVENTS; end++) {
      few.read("a", epoch, end - 1, end);
      store.answer();
    }
    long kept = 0;
    for (long end = 1; end <= EVENTS; end++) {
      kept +=
          few.cached("a", epoch, end - 1, end).stream()
              .flatMap(page -> page.frames().stream())
              .mapToLong(frame -> frame.size())
              .sum();
    }
    assertThat(kept).isBetween(10_000L, 100_000L);
  }
}
