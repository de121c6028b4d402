package dev.carillon.faults;

import dev.carillon.faults.Observed.Parting;
import dev.carillon.faults.RecordingSubscriber.Wishes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Faults one after another in one cluster, under clients that publish and subscribe all the while.
 *
 * <p>Each node has a publisher and subscribers that stay with it whatever happens, and others that
 * go to the next node when theirs is gone.
 */
final class FaultRun implements AutoCloseable {
  /** What the nodes are to be started with: links that a fault of seconds fills. */
  static final List<String> SETTINGS =
      List.of("cluster.minimumMembers=2", "cluster.linkBytes=65536");

  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Several of each topic over each link, so that every loss has its announcement. */
  private static final int ACKNOWLEDGED_AFTERWARDS = 120;

  private static final double LATENCY_P50_MILLIS = 50;
  private static final double LATENCY_P99_MILLIS = 1000;

  private final FaultCluster cluster;
  private final Terms terms;
  private final boolean withHistories;
  private Clients clients;
  private int generation;
  private List<Parting> partings = new ArrayList<>();

  /**
   * Starts the clients.
   *
   * @param store what the nodes were started with
   */
  FaultRun(FaultCluster cluster, FaultStore store) {
    this.cluster = cluster;
    this.terms = store.terms();
    this.withHistories = store.keepsHistories();
    this.clients = newClients();
  }

  /** Goes on with other clients and other topics, so that what was wrong is behind. */
  void renewClients() {
    clients.close();
    clients = newClients();
  }

  private Clients newClients() {
    generation++;
    partings = new ArrayList<>();
    String plain = "plain.g" + generation + ".";
    String kept = "kept.g" + generation + ".";
    List<String> histories = withHistories ? List.of(kept + "a", kept + "b") : List.of();
    Clients made = new Clients(FaultCluster.HTTP_PORT, terms.keepsHistory());
    for (int i = 0; i < cluster.sites().size(); i++) {
      NodeSite site = cluster.sites().get(i);
      List<String> all = new ArrayList<>(List.of(plain + "shared", plain + site.name()));
      all.addAll(histories);
      made.publisher("stays-" + site.name(), all, List.of(site));
      List<String> patterns = new ArrayList<>(List.of(plain + ">"));
      if (withHistories) {
        patterns.add(kept + ">");
        made.subscriber(
            "resumes-" + site.name(), new Wishes(histories, true, PATIENCE), cluster.sitesFrom(i));
      }
      made.subscriber(
          "stays-" + site.name(), new Wishes(patterns, false, Duration.ZERO), List.of(site));
      made.subscriber(
          "roams-" + site.name(),
          new Wishes(List.of(plain + "shared"), false, PATIENCE),
          cluster.sitesFrom(i));
    }
    List<String> shared = new ArrayList<>(List.of(plain + "shared"));
    shared.addAll(histories);
    made.publisher("roams", shared, cluster.sitesFrom(0));
    made.awaitSubscribed();
    made.awaitAcknowledged(ACKNOWLEDGED_AFTERWARDS);
    return made;
  }

  /** Lets a fault happen and end, waits until the cluster is whole, and checks everything. */
  Incident run(Fault fault) throws IOException, InterruptedException {
    List<String> failures = new ArrayList<>();
    long began = System.nanoTime();
    fault.begin().run();
    long happened = System.nanoTime();
    cluster.nodes().stream()
        .filter(node -> fault.touched().contains(node.site().name()) && !node.isAlive())
        .forEach(killed -> partings.add(Parting.ofKilled(killed.site().name(), happened)));
    FaultCluster.hold(fault.lasts());
    note(failures, fault.during());
    long ended = System.nanoTime();
    fault.end().run();
    long healed = System.nanoTime();
    note(failures, cluster::awaitWhole);
    long whole = System.nanoTime();
    part(fault.parted(), began, whole);
    note(failures, () -> clients.awaitAcknowledged(ACKNOWLEDGED_AFTERWARDS));
    Verdict[] verdict = {new Verdict()};
    note(failures, () -> verdict[0] = clients.settle(terms, partings, ARRIVES_WITHIN));
    Observed observed = clients.observed(partings);
    Latencies untouched = untouched(observed, fault, began, ended);
    if (untouched.p50() > LATENCY_P50_MILLIS || untouched.p99() > LATENCY_P99_MILLIS) {
      failures.add("clients of untouched nodes noticed: " + untouched);
    }
    return new Incident(
        fault.name(),
        Duration.ofNanos(System.nanoTime() - began),
        Duration.ofNanos(whole - healed),
        untouched,
        Incident.Published.of(observed),
        verdict[0],
        failures);
  }

  /** A failure does not end a run: what comes after it says more about it. */
  private static void note(List<String> failures, Fault.Step step)
      throws IOException, InterruptedException {
    try {
      step.run();
    } catch (AssertionError | ConditionTimeoutException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
  }

  private void part(Set<String> parted, long from, long to) {
    for (String one : parted) {
      for (NodeSite other : cluster.sites()) {
        if (!other.name().equals(one)) {
          partings.add(new Parting(one, other.name(), from, to));
        }
      }
    }
  }

  private Latencies untouched(Observed observed, Fault fault, long from, long to) {
    Set<String> nodes =
        cluster.sites().stream()
            .map(NodeSite::name)
            .filter(name -> !fault.touched().contains(name))
            .collect(Collectors.toSet());
    return Latencies.of(observed, nodes, terms.keepsHistory().negate(), from, to);
  }

  /** Errors that subscribers were answered. */
  List<String> troubles() {
    return clients.troubles();
  }

  @Override
  public void close() {
    clients.close();
  }
}
