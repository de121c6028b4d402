package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.JsonText;
import dev.carillon.event.Position;
import dev.carillon.publish.PublishedEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The frames, besides events and gaps, that a WebSocket client gets. */
final class Answers {
  private Answers() {}

  static byte[] welcome(String subscriber, String node, int capacity, String overflow) {
    return bytes(
        "{\"type\":\"welcome\",\"subscriber\":"
            + quoted(subscriber)
            + ",\"node\":"
            + quoted(node)
            + ",\"queue\":{\"capacity\":"
            + capacity
            + ",\"overflow\":\""
            + overflow
            + "\"}}");
  }

  /** The answer to a command. */
  static byte[] subscribed(String id, List<SubscribedTopic> topics) {
    return subscribedWith("\"id\":" + id + ",", topics);
  }

  /** The same on an event stream, where there are no commands. */
  static byte[] subscribed(List<SubscribedTopic> topics) {
    return subscribedWith("", topics);
  }

  private static byte[] subscribedWith(String id, List<SubscribedTopic> topics) {
    StringBuilder json = new StringBuilder("{\"type\":\"subscribed\",").append(id);
    json.append("\"topics\":[");
    String separator = "";
    for (SubscribedTopic topic : topics) {
      // Patterns need no escapes in JSON.
      json.append(separator).append("{\"topic\":\"").append(topic.pattern().text()).append('"');
      if (topic.pattern().isExact()) {
        topic.histories().forEach(start -> json.append(fields(head(start))));
      } else if (topic.mayKeepHistory()) {
        positions(json, topic);
      }
      json.append(recovered(topic.recovered())).append('}');
      separator = ",";
    }
    Optional<Boolean> recovered =
        topics.stream().flatMap(topic -> topic.recovered().stream()).reduce((a, b) -> a && b);
    return bytes(json.append(']').append(recovered(recovered)).append('}').toString());
  }

  private static void positions(StringBuilder json, SubscribedTopic topic) {
    json.append(",\"positions\":{");
    String separator = "";
    List<HistoryStart> told = topic.told();
    for (HistoryStart start : told) {
      String fields = fields(head(start)).substring(1);
      json.append(separator).append('"').append(start.bounds().topic()).append("\":{");
      json.append(fields).append('}');
      separator = ",";
    }
    json.append("},\"complete\":")
        .append(topic.complete() && told.size() == topic.histories().size());
  }

  /** The last event before the live ones. */
  private static Position head(HistoryStart start) {
    return new Position(start.bounds().epoch(), start.bounds().last());
  }

  private static String recovered(Optional<Boolean> recovered) {
    return recovered.map(all -> ",\"recovered\":" + all).orElse("");
  }

  static byte[] unsubscribed(String id) {
    return bytes("{\"type\":\"unsubscribed\",\"id\":" + id + "}");
  }

  static byte[] published(String id, PublishedEvent event) {
    return bytes("{\"type\":\"published\",\"id\":" + id + "," + fields(event) + "}");
  }

  static byte[] published(String id, List<PublishedEvent> events) {
    return bytes("{\"type\":\"published\",\"id\":" + id + ",\"events\":" + events(events) + "}");
  }

  /** The published events as a JSON array. */
  static String events(List<PublishedEvent> events) {
    StringBuilder json = new StringBuilder("[");
    String separator = "";
    for (PublishedEvent event : events) {
      json.append(separator).append('{').append(fields(event)).append('}');
      separator = ",";
    }
    return json.append(']').toString();
  }

  /** One published event as the fields of a JSON object. */
  static String fields(PublishedEvent event) {
    return "\"eventId\":"
        + quoted(event.eventId())
        + event.position().map(Answers::fields).orElse("");
  }

  // Epochs need no escapes in JSON.
  private static String fields(Position position) {
    return ",\"offset\":" + position.offset() + ",\"epoch\":\"" + position.epoch() + "\"";
  }

  static byte[] pong(Optional<String> id) {
    return bytes("{\"type\":\"pong\"" + id.map(i -> ",\"id\":" + i).orElse("") + "}");
  }

  static byte[] error(Optional<String> id, ErrorCode code, String message) {
    return bytes(
        "{\"type\":\"error\""
            + id.map(i -> ",\"id\":" + i).orElse("")
            + ",\"code\":\""
            + code.code()
            + "\",\"message\":"
            + quoted(message)
            + ",\"retryable\":"
            + code.isRetryable()
            + "}");
  }

  static byte[] goaway(String reason, long reconnectAfterMs) {
    return bytes(
        "{\"type\":\"goaway\",\"reason\":\""
            + reason
            + "\",\"reconnectAfterMs\":"
            + reconnectAfterMs
            + "}");
  }

  private static String quoted(String text) {
    return new String(JsonText.quoted(text), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
