package dev.carillon.server;

import dev.carillon.cluster.HazelcastMembership;
import dev.carillon.gateway.Node;
import io.vertx.core.Future;

/** Lets tests of other packages look into a server. */
public final class InsideServer {
  private InsideServer() {}

  public static Node node(CarillonServer server) {
    return server.node();
  }

  /** How a node is part of its cluster. */
  public static HazelcastMembership membership(CarillonServer server) {
    return server.membership().orElseThrow();
  }

  /** Ends a node of a cluster without a word to anybody. */
  public static Future<Void> kill(CarillonServer server) {
    membership(server).hazelcast().getLifecycleService().terminate();
    return server.vertx().close();
  }
}
