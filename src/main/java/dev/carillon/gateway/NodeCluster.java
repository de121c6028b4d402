package dev.carillon.gateway;

import dev.carillon.cluster.Membership;
import dev.carillon.cluster.NodeCalls;
import dev.carillon.cluster.Reach;
import dev.carillon.cluster.SubscriberClaims;

/**
 * What the gateways of a node know of its cluster. For any thread.
 *
 * @param calls the way to ask other nodes
 * @param reach how many of them are reached
 * @param claims the subscriber ids of all nodes
 */
public record NodeCluster(
    Membership membership, NodeCalls calls, Reach reach, SubscriberClaims claims) {}
