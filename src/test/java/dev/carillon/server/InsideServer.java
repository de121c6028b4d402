package dev.carillon.server;

import dev.carillon.gateway.Node;
import io.vertx.core.Future;

/** Lets tests of other packages look into a server. */
public final class InsideServer {
  private InsideServer() {}

  public static Node node(CarillonServer server) {
    return server.node();
  }

  /** Ends a node of a cluster without a word to anybody. */
  public static Future<Void> kill(CarillonServer server) {
    server.membership().orElseThrow().hazelcast().getLifecycleService().terminate();
    return server.vertx().close();
  }
}
