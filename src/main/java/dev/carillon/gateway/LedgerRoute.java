package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.event.GapReason;
import dev.carillon.hub.Ledger;
import dev.carillon.publish.PublishCounts;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/**
 * {@code GET /v1/ledger}: where every event went that a subscriber should have had.
 *
 * <p>Adds up the books of each subscriber, and holds the sum against what the hubs counted
 * meanwhile.
 */
final class LedgerRoute {
  private static final String BOOKS = "ledger";

  private final Node node;
  private final Gateway gateway;
  private final AllNodes nodes;

  /** One gateway's part. */
  private record Books(
      Ledger ledger,
      Tally<GapReason> lost,
      long queuedBytes,
      boolean balanced,
      PublishCounts publish) {
    Books plus(Books other) {
      Tally<GapReason> sum = new Tally<>(GapReason.class);
      for (GapReason reason : GapReason.values()) {
        sum.add(reason, lost.get(reason) + other.lost.get(reason));
      }
      return new Books(
          ledger.plus(other.ledger),
          sum,
          queuedBytes + other.queuedBytes,
          balanced && other.balanced,
          publish.plus(other.publish));
    }
  }

  LedgerRoute(Node node, Gateway gateway, AllNodes nodes) {
    this.node = node;
    this.gateway = gateway;
    this.nodes = nodes;
    nodes.answer(BOOKS, asked -> own());
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/ledger", this::show);
  }

  private void show(RoutingContext context) {
    Problems.answer(
        context,
        nodes.ask(BOOKS, ""),
        said -> {
          List<JsonObject> books =
              said.answers().stream()
                  .map(JsonObject::new)
                  .sorted(Comparator.comparing(one -> one.getString("node")))
                  .toList();
          JsonAnswer.send(
              context,
              json -> {
                json.writeStartObject();
                json.writeBooleanField(
                    "balanced", books.stream().allMatch(one -> one.getBoolean("balanced")));
                json.writeArrayFieldStart("nodes");
                for (JsonObject one : books) {
                  json.writeRawValue(one.encode());
                }
                json.writeEndArray();
                JsonAnswer.writeUnreachable(json, said.unreachable());
                json.writeEndObject();
              });
        });
  }

  private Future<Buffer> own() {
    return node.ask(gateway, LedgerRoute::books)
        .map(
            all -> {
              Books sum = all.stream().reduce(Books::plus).orElseThrow();
              return JsonAnswer.bytes(json -> write(json, sum));
            });
  }

  private static Books books(Gateway asked) {
    Ledger ledger = asked.hub().ledger();
    Tally<GapReason> lost = new Tally<>(GapReason.class);
    for (GapReason reason : GapReason.values()) {
      lost.add(reason, asked.hub().lost(reason));
    }
    return new Books(
        ledger,
        lost,
        asked.hub().queuedBytes(),
        ledger.isBalanced() && ledger.equals(asked.hub().totals()),
        asked.publisher().counts());
  }

  private void write(JsonGenerator json, Books books) throws IOException {
    json.writeStartObject();
    json.writeStringField("node", gateway.settings().node());
    json.writeNumberField("matched", books.ledger().matched());
    json.writeNumberField("sent", books.ledger().sent());
    json.writeNumberField("queued", books.ledger().queued());
    json.writeNumberField("behind", books.ledger().behind());
    json.writeNumberField("lost", books.ledger().lost());
    json.writeNumberField("discarded", books.ledger().discarded());
    json.writeBooleanField("balanced", books.balanced());
    json.writeObjectFieldStart("lostByReason");
    for (GapReason reason : GapReason.values()) {
      json.writeNumberField(reason.code(), books.lost().get(reason));
    }
    json.writeEndObject();
    json.writeNumberField("queuedBytes", books.queuedBytes());
    json.writeObjectFieldStart("publish");
    json.writeNumberField("published", books.publish().published());
    json.writeNumberField("repeats", books.publish().repeats());
    json.writeNumberField("refused", books.publish().refused());
    json.writeNumberField("bytesInFlight", books.publish().bytesInFlight());
    json.writeEndObject();
    json.writeEndObject();
  }
}
