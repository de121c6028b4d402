package dev.carillon.server;

import dev.carillon.gateway.Node;

/** Lets tests of other packages look into a server. */
public final class InsideServer {
  private InsideServer() {}

  public static Node node(CarillonServer server) {
    return server.node();
  }
}
