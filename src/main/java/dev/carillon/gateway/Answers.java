package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.JsonText;
import dev.carillon.event.Pattern;
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
  static byte[] subscribed(String id, List<Pattern> patterns) {
    return subscribedWith("\"id\":" + id + ",", patterns);
  }

  /** The same on an event stream, where there are no commands. */
  static byte[] subscribed(List<Pattern> patterns) {
    return subscribedWith("", patterns);
  }

  private static byte[] subscribedWith(String id, List<Pattern> patterns) {
    StringBuilder json = new StringBuilder("{\"type\":\"subscribed\",").append(id);
    json.append("\"topics\":[");
    String separator = "";
    for (Pattern pattern : patterns) {
      // Patterns need no escapes in JSON.
      json.append(separator).append("{\"topic\":\"").append(pattern.text()).append("\"}");
      separator = ",";
    }
    return bytes(json.append("]}").toString());
  }

  static byte[] unsubscribed(String id) {
    return bytes("{\"type\":\"unsubscribed\",\"id\":" + id + "}");
  }

  static byte[] published(String id, String eventId) {
    return bytes("{\"type\":\"published\",\"id\":" + id + ",\"eventId\":" + quoted(eventId) + "}");
  }

  static byte[] published(String id, List<String> eventIds) {
    return bytes("{\"type\":\"published\",\"id\":" + id + ",\"events\":" + events(eventIds) + "}");
  }

  /** The published events as a JSON array. */
  static String events(List<String> eventIds) {
    StringBuilder json = new StringBuilder("[");
    String separator = "";
    for (String eventId : eventIds) {
      json.append(separator).append("{\"eventId\":").append(quoted(eventId)).append('}');
      separator = ",";
    }
    return json.append(']').toString();
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
