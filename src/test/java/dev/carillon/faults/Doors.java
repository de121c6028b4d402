package dev.carillon.faults;

import java.net.URI;
import java.util.List;

/**
 * The nodes that a client may go to, the first one first. A client that loses a node goes to the
 * next, and so on in a circle; with one only it waits for that one.
 *
 * @param nodes the nodes
 * @param port where each serves HTTP
 */
record Doors(List<NodeSite> nodes, int port) {
  NodeSite at(int attempt) {
    return nodes.get(attempt % nodes.size());
  }

  URI webSocket(NodeSite node, String query) {
    return URI.create("ws://" + node.outer() + ":" + port + "/v1/ws" + query);
  }
}
