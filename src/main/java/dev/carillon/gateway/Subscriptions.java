package dev.carillon.gateway;

import dev.carillon.cluster.TopicConsumer;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.Pattern;
import dev.carillon.hub.Hub;
import dev.carillon.hub.Subscriber;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  /** Wished for and not yet in force; most of the time there are none. */
  private @Nullable Set<Pattern> pending;

  private boolean closed;

  Subscriptions(Gateway gateway, Subscriber subscriber) {
    this.hub = gateway.hub();
    this.consumer = gateway.consumer();
    this.subscriber = subscriber;
    this.maxPatterns = gateway.settings().limits().maxTopics();
  }

  /** Whether one of {@code patterns} is wished for and not yet in force. */
  boolean isPending(List<Pattern> patterns) {
    return pending != null && patterns.stream().anyMatch(pending::contains);
  }

  /**
   * Subscribes to all of {@code patterns} or to none.
   *
   * @param inForce runs when every event published from then on will come, before the first one
   *     does; not when the session ends before
   */
  void add(List<Pattern> patterns, Runnable inForce) throws RefusedException {
    refuseRepeats(patterns);
    refuseTooMany(patterns);
    List<Future<Void>> wishes = new ArrayList<>(patterns.size());
    boolean waiting = false;
    for (Pattern pattern : patterns) {
      Future<Void> wish = consumer.subscribe(pattern);
      waiting |= !wish.isComplete();
      wishes.add(wish);
    }
    if (!waiting) {
      takeEffect(patterns, inForce);
      return;
    }
    Set<Pattern> waitingFor = pending == null ? new HashSet<>() : pending;
    waitingFor.addAll(patterns);
    pending = waitingFor;
    Future.all(wishes)
        .onComplete(
            done -> {
              if (!closed) {
                forgetPending(patterns);
                takeEffect(patterns, inForce);
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
    subscriber.patterns().forEach(consumer::unsubscribe);
    if (pending != null) {
      pending.forEach(consumer::unsubscribe);
      pending = null;
    }
  }

  private void takeEffect(List<Pattern> patterns, Runnable inForce) {
    for (Pattern pattern : patterns) {
      hub.add(subscriber, pattern);
    }
    inForce.run();
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
    int wished =
        subscriber.patternCount() + (pending == null ? 0 : pending.size()) + patterns.size();
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
