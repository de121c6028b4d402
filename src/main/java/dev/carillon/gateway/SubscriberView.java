package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import dev.carillon.hub.Ledger;
import dev.carillon.hub.Subscriber;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One subscriber as lists show it.
 *
 * @param connectedAt in milliseconds since the Unix epoch
 * @param remote the client's address and port
 */
record SubscriberView(
    String id,
    String node,
    Door door,
    List<Pattern> topics,
    long queuedBytes,
    Ledger ledger,
    Map<GapReason, Long> lostByReason,
    long connectedAt,
    Optional<String> remote)
    implements ListEntry {
  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The picture of now; on the session's event loop. */
  static SubscriberView of(String node, Session session) {
    Subscriber subscriber = session.subscriber();
    Map<GapReason, Long> lost = new EnumMap<>(GapReason.class);
    for (GapReason reason : GapReason.values()) {
      if (subscriber.queue().lost(reason) > 0) {
        lost.put(reason, subscriber.queue().lost(reason));
      }
    }
    return new SubscriberView(
        subscriber.id(),
        node,
        session.door(),
        subscriber.patterns(),
        subscriber.queue().bytes(),
        subscriber.queue().ledger(),
        lost,
        session.connectedAt(),
        session.remote());
  }

  @Override
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("node", node);
    json.writeStringField("door", door.word());
    json.writeArrayFieldStart("topics");
    for (Pattern topic : topics) {
      json.writeString(topic.text());
    }
    json.writeEndArray();
    json.writeNumberField("queued", ledger.queued());
    json.writeNumberField("queuedBytes", queuedBytes);
    json.writeNumberField("behind", ledger.behind());
    json.writeNumberField("matched", ledger.matched());
    json.writeNumberField("sent", ledger.sent());
    json.writeNumberField("dropped", ledger.lost());
    if (!lostByReason.isEmpty()) {
      json.writeObjectFieldStart("droppedByReason");
      for (Map.Entry<GapReason, Long> lost : lostByReason.entrySet()) {
        json.writeNumberField(lost.getKey().code(), lost.getValue());
      }
      json.writeEndObject();
    }
    json.writeStringField("connectedAt", RFC_3339.format(Instant.ofEpochMilli(connectedAt)));
    if (remote.isPresent()) {
      json.writeStringField("remote", remote.get());
    }
    json.writeEndObject();
  }
}
