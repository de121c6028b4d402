package dev.carillon.client;

import dev.carillon.event.Pattern;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one call of {@link CarillonClient#subscribe} asked for. */
public final class Subscription {
  private final CarillonClient client;
  private final List<String> topics;
  private final Set<String> exact = new HashSet<>();
  private final List<Pattern> wildcards;
  private final Handler<ReceivedEvent> handler;
  private final Promise<Subscription> ready;

  private final Map<String, From> from;

  // Owned by the client's context.
  private final Places places;
  private int refusals;

  Subscription(
      CarillonClient client,
      List<String> topics,
      Map<String, From> from,
      Handler<ReceivedEvent> handler,
      Promise<Subscription> ready) {
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("no topics; allowed: one or more");
    }
    List<Pattern> patterns = topics.stream().distinct().map(Pattern::new).toList();
    this.client = client;
    this.topics = patterns.stream().map(Pattern::text).toList();
    this.wildcards = patterns.stream().filter(pattern -> !pattern.isExact()).toList();
    patterns.stream().filter(Pattern::isExact).map(Pattern::text).forEach(exact::add);
    this.places = new Places(exact, wildcards);
    this.from = Map.copyOf(from);
    this.from.keySet().forEach(this::checkPlace);
    this.handler = handler;
    this.ready = ready;
  }

  private void checkPlace(String name) {
    if (!topics.contains(name) && (!new Pattern(name).isExact() || !matches(name))) {
      throw new IllegalArgumentException(
          "a place in "
              + name
              + "; allowed: the topics and patterns asked for, and topics that a pattern matches");
    }
  }

  /** Its topics and patterns, each once. */
  public List<String> topics() {
    return topics;
  }

  /**
   * Ends it: its handler is called no more. Topics that no other subscription of the client asks
   * for are given back to the server.
   *
   * @return done once the handler is off; repeated calls do nothing
   */
  public Future<Void> unsubscribe() {
    return client.unsubscribe(this);
  }

  /**
   * Where it is in the histories that it knows: behind the last event that its handler was called
   * with, or that was announced as lost. Given to another {@link CarillonClient#subscribe(List,
   * Map, Handler)}, also of another process, it goes on there. Topics of whose history nothing came
   * yet may be missing.
   */
  public Future<Map<String, From.Behind>> positions() {
    return client.positions(this);
  }

  /** Where it wanted to begin, by topic or pattern; those without a place begin live. */
  Map<String, From> from() {
    return from;
  }

  Places places() {
    return places;
  }

  Handler<ReceivedEvent> handler() {
    return handler;
  }

  /** Settled once every topic has been confirmed, or one was refused. */
  Promise<Subscription> ready() {
    return ready;
  }

  boolean isReady() {
    return ready.future().isComplete();
  }

  /** Counts a refusal that may be tried again; answers how many came before it. */
  int countRefusal() {
    return refusals++;
  }

  boolean matches(String topic) {
    if (exact.contains(topic)) {
      return true;
    }
    for (Pattern pattern : wildcards) {
      if (pattern.matches(topic)) {
        return true;
      }
    }
    return false;
  }
}
