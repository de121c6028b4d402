package dev.carillon.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a node finds others and is one service with them.
 *
 * @param name of the cluster; nodes of another name are strangers
 * @param host the address that both cluster ports listen on, and that other nodes reach
 * @param port where nodes find each other; 0 takes a free one
 * @param busPort where nodes send each other events; 0 takes a free one
 * @param members where other nodes are, as {@code host:port}
 * @param service the DNS name of the headless service, with {@link Discovery#KUBERNETES}
 * @param minimumMembers nodes, this one among them, that a node must reach to be ready and to store
 * @param joinWithin how long a start waits for the nodes that it found
 * @param mergeEvery how often the parts of a cluster that was cut look for each other
 * @param linkBytes of events on their way to one node, at most
 * @param lossTopics topics whose losses on the way to one node are told apart
 * @param forget how long a node that went without a word may still come back to what it missed
 * @param subscribeWithin how long a subscription waits for all nodes
 * @param orderWithin how long an event of a history waits for the one before it
 */
public record Cluster(
    boolean enabled,
    String name,
    String host,
    int port,
    int busPort,
    Discovery discovery,
    List<String> members,
    Optional<String> service,
    int minimumMembers,
    Duration joinWithin,
    Heartbeat heartbeat,
    Duration mergeEvery,
    long linkBytes,
    int lossTopics,
    Duration forget,
    Duration subscribeWithin,
    Duration orderWithin,
    Optional<ClusterTls> tls) {}
