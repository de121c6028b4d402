package dev.carillon.gateway;

import dev.carillon.publish.DeduplicationWindow;
import dev.carillon.store.DeadLetters;
import dev.carillon.store.StoreHealth;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the gateways of one node share. Safe for threads; nothing of it stands on the way of an
 * event.
 */
public final class Node {
  private final SubscriberIds ids;
  private final DeduplicationWindow window;
  private final Optional<NodeHistory> history;
  private final DeadLetters deadLetters;
  private final Optional<NodeCluster> cluster;
  private final List<Gateway> gateways = new CopyOnWriteArrayList<>();
  private volatile boolean ready;
  private @Nullable PrometheusPage prometheusPage;

  public Node(
      SubscriberIds ids,
      DeduplicationWindow window,
      Optional<NodeHistory> history,
      DeadLetters deadLetters,
      Optional<NodeCluster> cluster) {
    this.ids = ids;
    this.window = window;
    this.history = history;
    this.deadLetters = deadLetters;
    this.cluster = cluster;
  }

  /**
   * Whether new connections are welcome: a node whose store refuses events is not ready, nor is one
   * that reaches too few others.
   */
  public boolean isReady() {
    return ready && reachesEnough() && health() instanceof StoreHealth.Healthy;
  }

  /** Whether enough nodes of the cluster are reached; so it is where there is none. */
  boolean reachesEnough() {
    return cluster.map(known -> known.reach().refusal().isEmpty()).orElse(true);
  }

  Optional<NodeCluster> cluster() {
    return cluster;
  }

  /** From now on this node says how it is when other nodes of the cluster ask. */
  public void answerOthers() {
    cluster.ifPresent(
        known -> known.calls().answer(MemberView.QUESTION, question -> MemberView.ask(this)));
  }

  /** One of the gateways; none while the node starts or stops. */
  Optional<Gateway> anyGateway() {
    return gateways.stream().findFirst();
  }

  /** How the store is; healthy where no topic keeps history. */
  StoreHealth health() {
    return history.map(kept -> kept.topics().store().health()).orElseGet(StoreHealth.Healthy::new);
  }

  Optional<NodeHistory> history() {
    return history;
  }

  DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Says from now on whether new connections are welcome. */
  public void setReady(boolean ready) {
    this.ready = ready;
  }

  /** The ids in use. */
  public SubscriberIds ids() {
    return ids;
  }

  DeduplicationWindow window() {
    return window;
  }

  /** The page that shows the node's metrics, made at the first call: for a worker thread. */
  synchronized PrometheusPage prometheusPage() {
    PrometheusPage page = prometheusPage;
    if (page == null) {
      page = new PrometheusPage();
      prometheusPage = page;
    }
    return page;
  }

  void add(Gateway gateway) {
    gateways.add(gateway);
  }

  void remove(Gateway gateway) {
    gateways.remove(gateway);
  }

  /**
   * Asks every gateway on its own event loop.
   *
   * @return completes on that of {@code asker}, with the answers in the order of the gateways
   */
  <T> Future<List<T>> ask(Gateway asker, Function<Gateway, T> question) {
    Promise<List<T>> answers = Promise.promise();
    ask(question).onComplete(done -> asker.run(() -> answers.handle(done)));
    return answers.future();
  }

  /**
   * Asks every gateway on its own event loop.
   *
   * @return completes on whichever loop answers last
   */
  <T> Future<List<T>> ask(Function<Gateway, T> question) {
    List<Future<T>> answers = new ArrayList<>();
    for (Gateway gateway : gateways) {
      Promise<T> answer = Promise.promise();
      gateway.run(
          () -> {
            try {
              answer.complete(question.apply(gateway));
            } catch (RuntimeException e) {
              answer.fail(e);
            }
          });
      answers.add(answer.future());
    }
    return Future.all(answers).map(done -> answers.stream().map(Future::result).toList());
  }
}
