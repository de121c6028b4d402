package dev.carillon.gateway;

import dev.carillon.cluster.Membership;
import dev.carillon.cluster.NodeCalls;
import dev.carillon.cluster.Reach;

/**
 * What the gateways of a node know of its cluster. For any thread.
 *
 * @param calls the way to ask other nodes
 * @param reach how many of them are reached
 */
public record NodeCluster(Membership membership, NodeCalls calls, Reach reach) {}
