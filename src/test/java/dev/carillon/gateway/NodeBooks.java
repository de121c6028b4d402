package dev.carillon.gateway;

import dev.carillon.hub.Ledger;
import dev.carillon.hub.Subscriber;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * What a node holds at one moment, over all its gateways.
 *
 * @param sessions connected subscribers, counted by their gateways
 * @param subscribers the same, counted by the places they take
 * @param topics topics and patterns that the gateways ask the relay for
 * @param deadlines HTTP connections that are watched
 * @param queuedBytes in the queues of the hubs
 * @param bytesInFlight published and not yet taken by the hubs
 * @param ledger of all subscribers there are and were
 */
public record NodeBooks(
    int sessions,
    int subscribers,
    int topics,
    int deadlines,
    long queuedBytes,
    long bytesInFlight,
    Ledger ledger) {

  /** Reads the books, and recounts every queue on the way. */
  public static Future<NodeBooks> of(Node node) {
    return node.ask(NodeBooks::of).map(books -> sum(node.ids().size(), books));
  }

  /** The ledger of one subscriber that is connected. */
  public static Future<Optional<Ledger>> ledgerOf(Node node, String subscriber) {
    return node.ask(gateway -> gateway.hub().subscriber(subscriber).map(NodeBooks::ledger))
        .map(found -> found.stream().flatMap(Optional::stream).findFirst());
  }

  /** Nodes of a cluster that this node reaches and that reach it, itself among them. */
  public static int linked(Node node) {
    return node.cluster().map(cluster -> cluster.reach().linked()).orElse(1);
  }

  /** Whether nobody is connected and nothing is on its way. */
  public boolean isEmpty() {
    return sessions == 0
        && subscribers == 0
        && topics == 0
        && deadlines == 0
        && queuedBytes == 0
        && bytesInFlight == 0;
  }

  private static Ledger ledger(Subscriber subscriber) {
    return subscriber.queue().ledger();
  }

  private static NodeBooks of(Gateway gateway) {
    gateway.hub().audit();
    return new NodeBooks(
        gateway.sessions().size(),
        0,
        gateway.consumer().topics(),
        gateway.deadlines().size(),
        gateway.hub().queuedBytes(),
        gateway.publisher().counts().bytesInFlight(),
        gateway.hub().ledger());
  }

  private static NodeBooks sum(int subscribers, List<NodeBooks> parts) {
    NodeBooks sum = new NodeBooks(0, subscribers, 0, 0, 0, 0, Ledger.EMPTY);
    for (NodeBooks part : parts) {
      sum =
          new NodeBooks(
              sum.sessions + part.sessions,
              subscribers,
              sum.topics + part.topics,
              sum.deadlines + part.deadlines,
              sum.queuedBytes + part.queuedBytes,
              sum.bytesInFlight + part.bytesInFlight,
              sum.ledger.plus(part.ledger));
    }
    return sum;
  }
}
