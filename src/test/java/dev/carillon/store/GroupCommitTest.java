package dev.carillon.store;

import static dev.carillon.store.Appends.event;
import static dev.carillon.store.Appends.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.store.AppendOutcome.Stored;
import dev.carillon.store.AppendOutcome.Unavailable;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GroupCommitTest {
  private static final StoreHealth FULL = new StoreHealth.Refusing("no space left");
  private static final StoreHealth BROKEN = new StoreHealth.Failed("fsync failed");

  private final FakeBackend backend = new FakeBackend();
  private final GroupCommit commits = new GroupCommit("fake", 1 << 20, backend);

  /** Fails while it has a failure, and waits for leave to commit where a test gives it. */
  private static final class FakeBackend implements GroupCommit.Backend {
    final Queue<Integer> batches = new ConcurrentLinkedQueue<>();
    volatile StoreHealth failure = new StoreHealth.Healthy();
    final AtomicInteger probes = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final AtomicInteger upkeepLeft = new AtomicInteger();
    final Semaphore leave = new Semaphore(1_000_000);
    volatile boolean diesOfAnError;

    @Override
    public List<AppendOutcome> commit(List<Append> appends) throws Exception {
      leave.acquire();
      if (diesOfAnError) {
        throw new StackOverflowError("as if");
      }
      failIfItMust();
      batches.add(appends.size());
      return appends.stream().<AppendOutcome>map(append -> new Stored(List.of())).toList();
    }

    private void failIfItMust() throws IOException {
      if (!(failure instanceof StoreHealth.Healthy)) {
        throw new IOException("as if");
      }
    }

    @Override
    public boolean upkeep() {
      return upkeepLeft.updateAndGet(left -> Math.max(0, left - 1)) > 0;
    }

    @Override
    public void probe() throws IOException {
      probes.incrementAndGet();
      failIfItMust();
    }

    @Override
    public StoreHealth diagnose(Exception cause) {
      return failure;
    }

    @Override
    public void close() {
      closes.incrementAndGet();
    }
  }

  private CompletableFuture<AppendOutcome> append() {
    CompletableFuture<AppendOutcome> outcome = new CompletableFuture<>();
    commits.append(new Append(List.of(event("a", "id", "x")), outcome::complete));
    return outcome;
  }

  @AfterEach
  void close() {
    backend.leave.release(1000);
    get(commits.close());
  }

  @Test
  void whatWaitsWhileOneTransactionRunsBecomesTheNext() {
    backend.leave.drainPermits();
    commits.start();
    CompletableFuture<AppendOutcome> first = append();
    await().until(() -> backend.leave.hasQueuedThreads());
    List<CompletableFuture<AppendOutcome>> others =
        List.of(append(), append(), append(), append(), append());
    backend.leave.release(2);
    others.forEach(Appends::get);
    assertThat(get(first)).isInstanceOf(Stored.class);
    assertThat(backend.batches).containsExactly(1, 5);
  }

  @Test
  void aTaskSeesEveryAppendBeforeItAndNoneBehindIt() {
    List<CompletableFuture<AppendOutcome>> before = List.of(append(), append());
    CompletableFuture<List<Integer>> seen =
        commits.run(() -> List.copyOf(backend.batches)).toCompletableFuture();
    CompletableFuture<AppendOutcome> behind = append();
    commits.start();
    assertThat(get(seen)).containsExactly(2);
    before.forEach(Appends::get);
    get(behind);
    assertThat(backend.batches).containsExactly(2, 1);
  }

  @Test
  void aFailureRefusesWithItsReasonUntilItWorksAgain() {
    commits.start();
    backend.failure = FULL;
    assertThat(get(append())).isEqualTo(new Unavailable("no space left"));
    assertThat(commits.health()).isEqualTo(FULL);
    int tried = backend.batches.size();
    assertThat(get(append())).isEqualTo(new Unavailable("no space left"));
    assertThatThrownBy(() -> get(commits.run(() -> 1))).hasStackTraceContaining("no space left");
    assertThat(backend.batches).hasSize(tried);
    backend.failure = new StoreHealth.Healthy();
    // By itself: nobody publishes.
    await().until(() -> commits.health() instanceof StoreHealth.Healthy);
    assertThat(get(append())).isInstanceOf(Stored.class);
  }

  @Test
  void afterAFailureThatLastsNothingIsTriedAgain() {
    commits.start();
    backend.failure = BROKEN;
    assertThat(get(append())).isEqualTo(new Unavailable("fsync failed"));
    backend.failure = new StoreHealth.Healthy();
    assertThat(get(append())).isEqualTo(new Unavailable("fsync failed"));
    commits.failFromOutside(new StoreHealth.Failed("another"));
    assertThat(commits.health()).isEqualTo(BROKEN);
    assertThat(backend.probes).hasValue(0);
  }

  @Test
  void whatWaitsBeforeTheEndIsStoredAndWhatComesBehindItIsRefused() {
    backend.leave.drainPermits();
    commits.start();
    List<CompletableFuture<AppendOutcome>> waiting = List.of(append(), append(), append());
    CompletableFuture<Void> closed = commits.close().toCompletableFuture();
    CompletableFuture<AppendOutcome> late = append();
    CompletableFuture<Integer> lateTask = commits.run(() -> 1).toCompletableFuture();
    backend.leave.release(1000);
    waiting.forEach(append -> assertThat(get(append)).isInstanceOf(Stored.class));
    assertThat(get(late)).isEqualTo(new Unavailable("the store is closed"));
    assertThatThrownBy(() -> get(lateTask)).hasStackTraceContaining("the store is closed");
    get(closed);
    assertThat(get(append())).isEqualTo(new Unavailable("the store is closed"));
    assertThat(backend.closes).hasValue(1);
  }

  @Test
  void evenAnErrorOfTheMachineLeavesNobodyWithoutAnAnswer() {
    backend.diesOfAnError = true;
    commits.start();
    CompletableFuture<AppendOutcome> unlucky = append();
    await()
        .dontCatchUncaughtExceptions()
        .until(() -> commits.health() instanceof StoreHealth.Failed);
    assertThat(get(append())).isInstanceOf(Unavailable.class);
    assertThat(get(unlucky)).isInstanceOf(Unavailable.class);
  }

  @Test
  void upkeepGoesOnWhileEventsPourIn() {
    backend.upkeepLeft.set(1000);
    // Waits before the thread starts: alone with its upkeep it may be done with it at once.
    CompletableFuture<AppendOutcome> first = append();
    commits.start();
    assertThat(get(first)).isInstanceOf(Stored.class);
    while (backend.upkeepLeft.get() > 0) {
      assertThat(get(append())).isInstanceOf(Stored.class);
    }
    assertThat(backend.batches).isNotEmpty();
  }
}
