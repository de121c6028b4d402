package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.InvalidTopicException;
import dev.carillon.event.Topic;
import dev.carillon.publish.PublishRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one event that a client publishes, collected while its JSON is read and checked
 * when all are there.
 */
final class EventFields {
  private final int maxEventBytes;
  private @Nullable String topic;
  private byte @Nullable [] data;
  private @Nullable String dataBase64;
  private @Nullable String key;
  private @Nullable String eventId;
  private @Nullable String problem;

  /**
   * Starts an event.
   *
   * @param maxEventBytes of its data
   */
  EventFields(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * Takes the field {@code name} whose value the parser stands on.
   *
   * @return false when it is none of an event's; it is not read then
   */
  boolean take(String name, JsonParser parser, byte[] json) throws IOException {
    switch (name) {
      case "topic" -> topic = text(name, parser);
      case "data" -> data = JsonReader.cutOut(parser, json);
      case "dataBase64" -> dataBase64 = text(name, parser);
      case "key" -> key = text(name, parser);
      case "eventId" -> eventId = text(name, parser);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes all fields of the object that the parser stands on; what is none of an event's is
   * skipped.
   */
  void takeAll(JsonParser parser, byte[] json) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (!take(name, parser, json)) {
        JsonReader.skip(parser);
      }
    }
  }

  /**
   * The event.
   *
   * @throws RefusedException saying which field is wrong and what is allowed
   */
  PublishRequest toRequest() throws RefusedException {
    if (problem != null) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, problem);
    }
    if (topic == null) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "topic is missing");
    }
    EventData content = content();
    if (content.json().length > maxEventBytes) {
      throw new RefusedException(
          ErrorCode.TOO_LARGE,
          "data has " + content.json().length + " bytes; allowed: at most " + maxEventBytes);
    }
    return request(topic, content, Optional.ofNullable(key), Optional.ofNullable(eventId));
  }

  /** Checks what stands around an event's data. */
  static PublishRequest request(
      String topic, EventData data, Optional<String> key, Optional<String> eventId)
      throws RefusedException {
    checkName("key", key, Event.MAX_KEY_LENGTH);
    checkName("eventId", eventId, Event.MAX_ID_LENGTH);
    try {
      return new PublishRequest(new Topic(topic), data, key, eventId);
    } catch (InvalidTopicException e) {
      throw new RefusedException(ErrorCode.TOPIC_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private EventData content() throws RefusedException {
    if (data != null && dataBase64 == null) {
      return EventData.ofJson(data);
    }
    if (dataBase64 != null && data == null) {
      try {
        return EventData.ofBytes(Base64.getDecoder().decode(dataBase64));
      } catch (IllegalArgumentException e) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "dataBase64 is not base64");
      }
    }
    throw new RefusedException(ErrorCode.BAD_REQUEST, "an event has either data or dataBase64");
  }

  private static void checkName(String field, Optional<String> value, int maxLength)
      throws RefusedException {
    if (value.isPresent() && (value.get().isEmpty() || value.get().length() > maxLength)) {
      throw new RefusedException(
          ErrorCode.BAD_REQUEST,
          field + " has " + value.get().length() + " characters; allowed: 1 to " + maxLength);
    }
    if (value.isPresent() && !isWellFormed(value.get())) {
      throw new RefusedException(
          ErrorCode.BAD_REQUEST, field + " holds half of a character: an unpaired surrogate");
    }
  }

  /** JSON's escapes can say halves of characters, which UTF-8 has no bytes for. */
  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isSurrogatePair(c, text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }

  private @Nullable String text(String name, JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      problem = name + " must be a string";
    }
    JsonReader.skip(parser);
    return null;
  }
}
