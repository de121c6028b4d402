package dev.carillon.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until the test moves it. */
final class FakeTimer implements ClientTimer {

  private record Task(long dueMs, Runnable run) {}

  private final List<Task> tasks = new ArrayList<>();
  private long nowMs = 1_000_000;

  @Override
  public synchronized long nowMs() {
    return nowMs;
  }

  @Override
  public synchronized Timeout schedule(long delayMs, Runnable run) {
    Task task = new Task(nowMs + delayMs, run);
    tasks.add(task);
    return () -> forget(task);
  }

  private synchronized void forget(Task task) {
    tasks.remove(task);
  }

  /** Moves time and runs what is due, in order; called on the client's context. */
  void advance(long ms) {
    long end = nowMs() + ms;
    for (Task due = next(end); due != null; due = next(end)) {
      due.run().run();
    }
    synchronized (this) {
      nowMs = end;
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Task next(long end) {
    Task due =
        tasks.stream()
            .filter(task -> task.dueMs() <= end)
            .min(Comparator.comparingLong(Task::dueMs))
            .orElse(null);
    if (due != null) {
      tasks.remove(due);
      nowMs = Math.max(nowMs, due.dueMs());
    }
    return due;
  }
}
