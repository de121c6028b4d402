package dev.carillon.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps none: counts what there would have been. */
public final class NoDeadLetters implements DeadLetters {
  private final AtomicLong discarded = new AtomicLong();

  @Override
  public void write(List<DeadLetter> letters) {
    discarded.addAndGet(letters.size());
  }

  @Override
  public CompletionStage<List<DeadLetter>> list(Filter filter, long after, int limit) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<List<DeadLetter>> find(List<Long> ids) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<Long> remove(List<Long> ids) {
    return CompletableFuture.completedFuture(0L);
  }

  @Override
  public CompletionStage<Long> purge(Filter filter) {
    return CompletableFuture.completedFuture(0L);
  }

  @Override
  public Counts counts() {
    return new Counts(0, discarded.get(), 0);
  }

  @Override
  public CompletionStage<Void> close() {
    return CompletableFuture.completedFuture(null);
  }
}
