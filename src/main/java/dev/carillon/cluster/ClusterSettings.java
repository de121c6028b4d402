package dev.carillon.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a node is part of a cluster. Times are in milliseconds.
 *
 * @param node this node's name
 * @param name the cluster's
 * @param host the address that both ports listen on
 * @param port where nodes find each other; 0 takes a free one
 * @param busPort where nodes send each other events; 0 takes a free one
 * @param finding how nodes find each other
 * @param agreed what has to be the same on all nodes, by the key of the configuration
 * @param minimumMembers that must be reached to be ready and to store
 * @param linkBytes of events on their way to one node, at most
 * @param lossTopics topics whose losses on one link are told apart
 * @param forgetMs a node that went without a word may come back to what it missed
 * @param orderMs an event of a history waits for the one before it
 */
public record ClusterSettings(
    String node,
    String name,
    String host,
    int port,
    int busPort,
    Finding finding,
    Map<String, String> agreed,
    int minimumMembers,
    long joinMs,
    long heartbeatMs,
    long silenceMs,
    long mergeMs,
    long linkBytes,
    int lossTopics,
    long forgetMs,
    long orderMs,
    Optional<BusTls> tls) {

  /** How nodes find each other. */
  public sealed interface Finding {

    /** At these places, each {@code host:port}. */
    record Members(List<String> places) implements Finding {}

    /** At the addresses of a headless service. */
    record Kubernetes(String service) implements Finding {}

    /** By asking the local network. */
    record Multicast() implements Finding {}
  }

  /** Files by which nodes know each other where they send events, PEM. */
  public record BusTls(Path certificate, Path key, Path authority) {}
}
