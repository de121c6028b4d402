package dev.carillon.gateway;

import dev.carillon.cluster.NodeView;
import dev.carillon.cluster.NodeView.LinkView;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The cluster as a node sees it, and its links, as metrics. */
final class ClusterSamples {
  private ClusterSamples() {}

  static void addTo(MetricSamples samples, Optional<NodeCluster> cluster, NodeView view) {
    samples.add(
        Metric.CLUSTER_MEMBERS,
        cluster.map(known -> known.membership().others().size() + 1).orElse(1));
    samples.add(Metric.CLUSTER_LINKED, view.linked());
    samples.add(
        Metric.CLUSTER_MINIMUM_MEMBERS, cluster.map(known -> known.reach().minimum()).orElse(1));
    samples.add(
        Metric.INTEREST_TOPICS,
        view.links().stream().mapToLong(link -> link.interest().patterns()).sum());
    Set<String> here =
        view.links().stream()
            .filter(link -> link.state() != NodeView.State.SUSPENDED)
            .map(link -> link.member().node())
            .collect(Collectors.toSet());
    for (LinkView link : view.links()) {
      // An earlier life of a node that is back would count as slow for as long as it is kept.
      if (link.state() != NodeView.State.SUSPENDED || !here.contains(link.member().node())) {
        add(samples, link);
      }
    }
  }

  private static void add(MetricSamples samples, LinkView link) {
    String peer = link.member().node();
    samples.add(Metric.PEER_UP, link.state() == NodeView.State.UP ? 1 : 0, peer);
    samples.add(Metric.PEER_IN_FLIGHT, link.inFlightBytes(), peer);
    samples.add(Metric.PEER_WINDOW, link.windowBytes(), peer);
    samples.add(Metric.PEER_LAG, link.lagMs() / 1e3, peer);
    samples.add(Metric.PEER_TOPICS, link.interest().patterns(), peer);
    samples.add(Metric.PEER_EVENTS, link.events(), peer);
    samples.add(Metric.PEER_EVENTS_LOST, link.lost(), peer);
    samples.add(Metric.PEER_RESENT, link.resent(), peer);
  }
}
