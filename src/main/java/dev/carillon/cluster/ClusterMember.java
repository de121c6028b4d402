package dev.carillon.cluster;

/**
 * A node as its cluster knows it.
 *
 * @param id of this life of the node; another one after a restart
 * @param node its name
 * @param host where its cluster port is
 */
public record ClusterMember(String id, String node, String host, int port) {}
