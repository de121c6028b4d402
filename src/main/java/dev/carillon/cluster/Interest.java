package dev.carillon.cluster;

import dev.carillon.event.Pattern;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one consumer asks for, as a numbered set that changes by additions and removals.
 *
 * <p>Wishes are counted, since many subscribers may share one. All changes of a tick go out
 * together.
 */
final class Interest {
  private final Map<Pattern, Integer> wishes = new HashMap<>();
  private final Map<Pattern, Boolean> changed = new LinkedHashMap<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long number;
  private long acknowledged;

  /** Changes of one tick, to be sent and acknowledged together. */
  record Changes(long number, List<Pattern> added, List<Pattern> removed) {}

  private record Waiting(long number, Promise<Void> done) {}

  /**
   * Counts one more wish.
   *
   * @return completes when the relay would send; at once where it already does
   */
  Future<Void> add(Pattern pattern) {
    if (wishes.merge(pattern, 1, Integer::sum) == 1) {
      change(pattern, true);
    }
    long needed = changed.isEmpty() ? number : number + 1;
    if (needed <= acknowledged) {
      return Future.succeededFuture();
    }
    Promise<Void> done = Promise.promise();
    waiting.addLast(new Waiting(needed, done));
    return done.future();
  }

  /** Counts one wish less. */
  void remove(Pattern pattern) {
    Integer left = wishes.computeIfPresent(pattern, (p, n) -> n == 1 ? null : n - 1);
    if (left == null) {
      change(pattern, false);
    }
  }

  /** Different topics and patterns wished for. */
  int size() {
    return wishes.size();
  }

  boolean hasChanges() {
    return !changed.isEmpty();
  }

  /** Gives what changed since the last time, under the next number. */
  Changes take() {
    List<Pattern> added = new ArrayList<>();
    List<Pattern> removed = new ArrayList<>();
    changed.forEach((pattern, wanted) -> (wanted ? added : removed).add(pattern));
    changed.clear();
    return new Changes(++number, added, removed);
  }

  /** Every change up to {@code number} is in force. */
  void acknowledged(long number) {
    acknowledged = number;
    while (!waiting.isEmpty() && waiting.peekFirst().number <= number) {
      waiting.removeFirst().done.complete();
    }
  }

  /** No change will be acknowledged any more. */
  void close() {
    List<Waiting> left = List.copyOf(waiting);
    waiting.clear();
    left.forEach(one -> one.done.fail("closed"));
  }

  private void change(Pattern pattern, boolean wanted) {
    changed.put(pattern, wanted);
  }
}
