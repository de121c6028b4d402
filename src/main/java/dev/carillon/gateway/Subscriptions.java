package dev.carillon.gateway;

import dev.carillon.cluster.TopicConsumer;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.Pattern;
import dev.carillon.hub.CursorStart;
import dev.carillon.hub.Hub;
import dev.carillon.hub.Subscriber;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session's subscriptions: first every node that may publish learns of the wish, then the hub
 * delivers, so that nothing published after the answer is missed and nothing comes before it.
 */
final class Subscriptions {
  private final Hub hub;
  private final TopicConsumer consumer;
  private final Subscriber subscriber;
  private final int maxPatterns;
  private final Optional<HistoryLookup> lookup;
  private final Gateway gateway;

  /** Wished for and not yet in force; most of the time there are none. */
  private @Nullable Set<Pattern> pending;

  private boolean closed;

  /** Hears what became of a subscription; not when the session ends before. */
  interface Outcome {

    /** Every event published from now on will come, and none has come before. */
    void subscribed(List<SubscribedTopic> topics);

    void refused(RefusedException refusal);
  }

  Subscriptions(Gateway gateway, Subscriber subscriber) {
    this.hub = gateway.hub();
    this.consumer = gateway.consumer();
    this.subscriber = subscriber;
    this.maxPatterns = gateway.settings().limits().maxTopics();
    this.lookup = gateway.lookup();
    this.gateway = gateway;
  }

  /** Whether one of {@code patterns} is wished for and not yet in force. */
  boolean isPending(List<Pattern> patterns) {
    return pending != null && patterns.stream().anyMatch(pending::contains);
  }

  /**
   * Subscribes to all of {@code patterns} or to none.
   *
   * @param wish where to begin in histories
   */
  void add(List<Pattern> patterns, HistoryWish wish, Outcome outcome) throws RefusedException {
    refuseRepeats(patterns);
    refuseTooMany(patterns);
    List<Future<Void>> wishes = new ArrayList<>(patterns.size());
    boolean waiting = false;
    for (Pattern pattern : patterns) {
      Future<Void> inForce = consumer.subscribe(pattern);
      waiting |= !inForce.isComplete();
      wishes.add(inForce);
    }
    if (!waiting) {
      takeEffect(patterns, wish, outcome);
      return;
    }
    remember(patterns);
    Future.all(wishes)
        .timeout(gateway.settings().subscribeMs(), TimeUnit.MILLISECONDS)
        .onComplete(
            done -> {
              if (!closed) {
                forgetPending(patterns);
                if (done.succeeded()) {
                  takeEffect(patterns, wish, outcome);
                } else {
                  patterns.forEach(consumer::unsubscribe);
                  outcome.refused(
                      new RefusedException(
                          ErrorCode.OVERLOADED, "not every node knows of it yet; try again later"));
                }
              }
            });
  }

  /** Ends all of {@code patterns} or none. */
  void remove(List<Pattern> patterns) throws RefusedException {
    Set<Pattern> ending = new HashSet<>();
    for (Pattern pattern : patterns) {
      if (!subscriber.asksFor(pattern) || !ending.add(pattern)) {
        throw new RefusedException(ErrorCode.NOT_SUBSCRIBED, "not subscribed to " + pattern.text());
      }
    }
    for (Pattern pattern : patterns) {
      hub.remove(subscriber, pattern);
      consumer.unsubscribe(pattern);
    }
  }

  /** Ends everything, together with the subscriber. */
  void close() {
    closed = true;
    Set<Pattern> all = new HashSet<>(subscriber.patterns());
    if (pending != null) {
      // Those that are held are the subscriber's already.
      all.addAll(pending);
      pending = null;
    }
    all.forEach(consumer::unsubscribe);
  }

  private void takeEffect(List<Pattern> patterns, HistoryWish wish, Outcome outcome) {
    if (lookup.isEmpty() || !lookup.get().concerns(patterns)) {
      for (Pattern pattern : patterns) {
        hub.add(subscriber, pattern);
      }
      outcome.subscribed(patterns.stream().map(SubscribedTopic::live).toList());
      return;
    }
    remember(patterns);
    hub.hold(subscriber, patterns);
    lookup
        .get()
        .look(patterns, wish)
        .onComplete(
            looked -> {
              if (!closed) {
                forgetPending(patterns);
                if (looked.succeeded()) {
                  begin(patterns, looked.result(), outcome);
                } else {
                  giveUp(patterns, outcome);
                }
              }
            });
  }

  private void begin(List<Pattern> patterns, List<SubscribedTopic> topics, Outcome outcome) {
    Map<String, CursorStart> starts = new LinkedHashMap<>();
    for (SubscribedTopic topic : topics) {
      for (HistoryStart start : topic.histories()) {
        // Where two patterns match one topic, the one that reads more holds.
        starts.merge(
            start.cursor().topic(),
            start.cursor(),
            (a, b) -> b.after() < a.after() || b.gap().isPresent() ? b : a);
      }
    }
    boolean reads =
        starts.values().stream()
            .anyMatch(start -> start.after() < start.upTo() || start.gap().isPresent());
    hub.begin(subscriber, patterns, List.copyOf(starts.values()), reads);
    outcome.subscribed(topics);
    if (reads) {
      gateway.admitRecovery(
          () -> {
            if (!closed) {
              hub.admit(subscriber);
            }
          });
    }
  }

  private void giveUp(List<Pattern> patterns, Outcome outcome) {
    for (Pattern pattern : patterns) {
      hub.remove(subscriber, pattern);
      consumer.unsubscribe(pattern);
    }
    outcome.refused(
        new RefusedException(
            ErrorCode.STORE_UNAVAILABLE, "the history can't be read now; try again later"));
  }

  private void remember(List<Pattern> patterns) {
    Set<Pattern> waitingFor = pending == null ? new HashSet<>() : pending;
    waitingFor.addAll(patterns);
    pending = waitingFor;
  }

  private void refuseRepeats(List<Pattern> patterns) throws RefusedException {
    Set<Pattern> fresh = patterns.size() > 1 ? new HashSet<>() : Set.of();
    for (Pattern pattern : patterns) {
      if (subscriber.asksFor(pattern)
          || (pending != null && pending.contains(pattern))
          || (patterns.size() > 1 && !fresh.add(pattern))) {
        throw new RefusedException(
            ErrorCode.ALREADY_SUBSCRIBED, "already subscribed to " + pattern.text());
      }
    }
  }

  private void refuseTooMany(List<Pattern> patterns) throws RefusedException {
    int held = 0;
    if (pending != null) {
      for (Pattern pattern : pending) {
        held += subscriber.asksFor(pattern) ? 0 : 1;
      }
    }
    int wished = subscriber.patternCount() + held + patterns.size();
    if (wished > maxPatterns) {
      throw new RefusedException(
          ErrorCode.LIMIT_EXCEEDED, "more than " + maxPatterns + " topics for one subscriber");
    }
  }

  private void forgetPending(List<Pattern> patterns) {
    if (pending != null) {
      patterns.forEach(pending::remove);
      if (pending.isEmpty()) {
        pending = null;
      }
    }
  }
}
