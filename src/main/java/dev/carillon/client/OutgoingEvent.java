package dev.carillon.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.JsonText;
import dev.carillon.event.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An event to publish.
 *
 * @param key what the event is about: conflation keeps the newest per key
 * @param eventId the event's own id; without it the client makes one. Publishing again under the
 *     same id can't publish twice within the server's deduplication window
 */
public record OutgoingEvent(
    Topic topic, EventData data, Optional<String> key, Optional<String> eventId) {
  private static final JsonFactory JSON = new JsonFactory();

  public OutgoingEvent {
    checkLength("key", key, Event.MAX_KEY_LENGTH);
    checkLength("eventId", eventId, Event.MAX_ID_LENGTH);
  }

  private static void checkLength(String what, Optional<String> text, int most) {
    if (text.isPresent() && (text.get().isEmpty() || text.get().length() > most)) {
      throw new IllegalArgumentException(
          what + " of " + text.get().length() + " characters; allowed: 1 to " + most);
    }
  }

  /**
   * An event that carries a JSON value.
   *
   * @param json exactly one JSON value
   * @throws IllegalArgumentException when the topic or the JSON is not one
   */
  public static OutgoingEvent json(String topic, String json) {
    requireJson(json);
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    return new OutgoingEvent(
        new Topic(topic), EventData.ofJson(utf8), Optional.empty(), Optional.empty());
  }

  /**
   * An event that carries text, as a JSON string.
   *
   * @throws IllegalArgumentException when the topic is not one
   */
  public static OutgoingEvent text(String topic, String text) {
    return new OutgoingEvent(
        new Topic(topic), EventData.ofText(text), Optional.empty(), Optional.empty());
  }

  /**
   * An event that carries bytes.
   *
   * @throws IllegalArgumentException when the topic is not one
   */
  public static OutgoingEvent bytes(String topic, byte[] bytes) {
    return new OutgoingEvent(
        new Topic(topic), EventData.ofBytes(bytes), Optional.empty(), Optional.empty());
  }

  /**
   * The same event with a key.
   *
   * @throws IllegalArgumentException when the key is empty or longer than 255 characters
   */
  public OutgoingEvent withKey(String value) {
    return new OutgoingEvent(topic, data, Optional.of(value), eventId);
  }

  /**
   * The same event with an id of its own.
   *
   * @throws IllegalArgumentException when the id is empty or longer than 64 characters
   */
  public OutgoingEvent withEventId(String value) {
    return new OutgoingEvent(topic, data, key, Optional.of(value));
  }

  // One bad byte would make the server close the connection, and so fail what others publish on it.
  private static void requireJson(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("data is empty; allowed: one JSON value");
      }
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("data is more than one JSON value");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("data is not JSON: " + firstLine(e), e);
    }
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Adds the fields of a publish command, without braces. */
  void writeTo(StringBuilder frame, String id) {
    frame.append("\"topic\":\"").append(topic.name());
    frame.append(data.kind() == EventData.Kind.BASE64 ? "\",\"dataBase64\":" : "\",\"data\":");
    frame.append(new String(data.json(), StandardCharsets.UTF_8));
    key.ifPresent(text -> frame.append(",\"key\":").append(quoted(text)));
    frame.append(",\"eventId\":").append(quoted(id));
  }

  private static String quoted(String text) {
    return new String(JsonText.quoted(text), StandardCharsets.UTF_8);
  }
}
