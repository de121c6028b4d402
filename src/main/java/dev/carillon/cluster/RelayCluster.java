package dev.carillon.cluster;

import dev.carillon.store.EventStore;
import java.util.Optional;

/**
 * What a relay needs to be part of a cluster.
 *
 * @param calls answers the questions of other nodes, which come the same way as events
 * @param reach is told how many nodes are reached
 * @param store the histories that all nodes share; empty where no topic keeps any
 */
public record RelayCluster(
    ClusterSettings settings,
    Membership membership,
    NodeCalls calls,
    Reach reach,
    Optional<EventStore> store) {}
