package dev.carillon.faults;

import dev.carillon.faults.Observed.Parting;
import dev.carillon.faults.RecordingSubscriber.Wishes;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The publishers and subscribers of a run, each at its own pace. */
final class Clients implements AutoCloseable {
  private static final Duration PUBLISHES_EVERY = Duration.ofMillis(40);
  private static final Duration SUBSCRIBER_LOOKS_EVERY = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Each may wait for a frozen node without keeping another one from its turn. */
  private static final int THREADS = 32;

  private final int port;
  private final Predicate<String> keepsHistory;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
  private final List<NumberedPublisher> publishers = new ArrayList<>();
  private final List<RecordingSubscriber> subscribers = new ArrayList<>();

  /**
   * Nobody yet.
   *
   * @param port where each node serves HTTP
   */
  Clients(int port, Predicate<String> keepsHistory) {
    this.port = port;
    this.keepsHistory = keepsHistory;
  }

  /** Starts a publisher that goes to these nodes, the first one first. */
  void publisher(String name, List<String> topics, List<NodeSite> nodes) {
    NumberedPublisher publisher =
        new NumberedPublisher(name, topics, keepsHistory, new Doors(nodes, port), http);
    publishers.add(publisher);
    every(PUBLISHES_EVERY, publisher::tick);
  }

  /** Starts a subscriber that goes to these nodes, the first one first. */
  void subscriber(String name, Wishes wishes, List<NodeSite> nodes) {
    RecordingSubscriber subscriber =
        new RecordingSubscriber(name, wishes, new Doors(nodes, port), http);
    subscribers.add(subscriber);
    every(SUBSCRIBER_LOOKS_EVERY, subscriber::tick);
  }

  private void every(Duration pause, Runnable tick) {
    threads.scheduleWithFixedDelay(tick, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until every subscriber is subscribed. */
  void awaitSubscribed() {
    Awaitility.await("subscribed")
        .atMost(PATIENCE)
        .until(() -> subscribers.stream().allMatch(RecordingSubscriber::isSubscribed));
  }

  /** Waits until so many events more are acknowledged. */
  void awaitAcknowledged(int more) {
    long before = acknowledged();
    Awaitility.await(more + " acknowledged")
        .atMost(PATIENCE)
        .until(() -> acknowledged() >= before + more);
  }

  private long acknowledged() {
    return publishers.stream()
        .flatMap(publisher -> publisher.published().stream())
        .filter(Publication::isAcknowledged)
        .count();
  }

  /** What is known up to now. */
  Observed observed(List<Parting> partings) {
    return new Observed(
        publishers.stream().flatMap(publisher -> publisher.published().stream()).toList(),
        subscribers.stream().flatMap(subscriber -> subscriber.recordings().stream()).toList(),
        partings);
  }

  /**
   * Stops publishing until everything has its outcome and what was acknowledged has arrived, or has
   * not within the time it may take; what is wrong then.
   */
  Verdict settle(Terms terms, List<Parting> partings, Duration within) {
    publishers.forEach(NumberedPublisher::pause);
    try {
      Awaitility.await("every publication has its outcome")
          .atMost(PATIENCE)
          .until(() -> publishers.stream().allMatch(NumberedPublisher::isIdle));
      awaitSubscribed();
      long deadline = System.nanoTime() + within.toNanos();
      return Awaitility.await("everything has arrived")
          .atMost(within.plus(PATIENCE))
          .pollInterval(Duration.ofMillis(250))
          .until(
              () -> Checker.check(observed(partings), terms),
              verdict ->
                  verdict.violations().isEmpty()
                      || verdict.isFinal()
                      || System.nanoTime() > deadline);
    } finally {
      publishers.forEach(NumberedPublisher::goOn);
    }
  }

  /** Errors that subscribers were answered. */
  List<String> troubles() {
    return subscribers.stream().flatMap(subscriber -> subscriber.troubles().stream()).toList();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    publishers.forEach(NumberedPublisher::close);
    subscribers.forEach(RecordingSubscriber::close);
  }
}
