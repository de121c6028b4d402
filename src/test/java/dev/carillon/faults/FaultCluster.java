package dev.carillon.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Several real nodes, each in a network namespace of its own, and what can go wrong between them.
 */
final class FaultCluster implements AutoCloseable {
  static final int HTTP_PORT = 8080;
  static final int MEMBERS_PORT = 5701;
  static final int BUS_PORT = 5702;

  /** Quicker than the defaults, so that a run sees it often. */
  static final Duration FAILURE_FOUND_WITHIN = Duration.ofSeconds(4);

  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(45);

  private final Namespaces namespaces;
  private final LinkFaults links;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final ClusterView view = new ClusterView(HTTP_PORT);

  private FaultCluster(Namespaces namespaces) {
    this.namespaces = namespaces;
    this.links = new LinkFaults(namespaces);
  }

  /** What nodes are to be started with, by where they reach servers of this process. */
  interface SettingsBy {
    List<String> at(String clientsAddress) throws IOException;
  }

  /** Starts a cluster of so many nodes, with these settings besides those that make it one. */
  static FaultCluster start(int nodes, Path folder, List<String> settings) throws IOException {
    return start(nodes, folder, address -> settings);
  }

  /** The same, where settings name a server of this process. */
  static FaultCluster start(int nodes, Path folder, SettingsBy settingsBy) throws IOException {
    Namespaces namespaces = Namespaces.open(nodes);
    List<String> settings;
    try {
      settings = settingsBy.at(namespaces.clientsAddress());
    } catch (IOException | RuntimeException | Error e) {
      namespaces.close();
      throw e;
    }
    String members =
        namespaces.sites().stream()
            .map(site -> "\"" + site.inner() + ":" + MEMBERS_PORT + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    return start(
        namespaces,
        folder,
        site -> {
          List<String> all = new ArrayList<>(settings);
          all.addAll(
              List.of(
                  "cluster.enabled=true",
                  "cluster.host=" + site.inner(),
                  "cluster.port=" + MEMBERS_PORT,
                  "cluster.busPort=" + BUS_PORT,
                  "cluster.members=" + members,
                  "cluster.heartbeat.every=1s",
                  "cluster.heartbeat.within=" + FAILURE_FOUND_WITHIN.toSeconds() + "s",
                  "cluster.mergeEvery=2s"));
          return all;
        });
  }

  /** Starts one node that is no cluster. */
  static FaultCluster single(Path folder, List<String> settings) throws IOException {
    return start(Namespaces.open(1), folder, site -> settings);
  }

  private interface SettingsOf {
    List<String> of(NodeSite site);
  }

  private static FaultCluster start(Namespaces namespaces, Path folder, SettingsOf settings)
      throws IOException {
    FaultCluster cluster = new FaultCluster(namespaces);
    try {
      for (NodeSite site : namespaces.sites()) {
        List<String> all = new ArrayList<>(settings.of(site));
        all.addAll(
            List.of(
                "node=" + site.name(),
                "http.host=" + site.outer(),
                "http.port=" + HTTP_PORT,
                "auth.mode=open",
                "drain=1s"));
        cluster.nodes.add(new NodeProcess(site, folder, all));
      }
      for (NodeProcess node : cluster.nodes) {
        node.launch();
      }
      cluster.nodes.forEach(NodeProcess::awaitListening);
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  List<NodeProcess> nodes() {
    return List.copyOf(nodes);
  }

  List<NodeSite> sites() {
    return namespaces.sites();
  }

  /** These nodes, the one at {@code first} first and the others as they follow. */
  List<NodeSite> sitesFrom(int first) {
    List<NodeSite> sites = new ArrayList<>(sites().subList(first, sites().size()));
    sites.addAll(sites().subList(0, first));
    return sites;
  }

  LinkFaults links() {
    return links;
  }

  ClusterView view() {
    return view;
  }

  /** Where nodes reach servers of this process. */
  String clientsAddress() {
    return namespaces.clientsAddress();
  }

  /** Waits until each node sees every other one and knows what it wants; how long that took. */
  Duration awaitWhole() {
    long start = System.nanoTime();
    Awaitility.await("every node knows what every other one wants")
        .atMost(SETTLED_WITHIN)
        .pollInterval(Duration.ofMillis(250))
        .untilAsserted(
            () -> {
              List<String> troubles = view.troubles(sites());
              if (!troubles.isEmpty()) {
                throw new AssertionError(String.join("\n", troubles));
              }
            });
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Lets a fault last. */
  static void hold(Duration time) {
    Awaitility.await("a fault lasts")
        .pollDelay(time)
        .atMost(time.plus(SETTLED_WITHIN))
        .until(() -> true);
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(NodeProcess::close);
    namespaces.close();
  }
}
