package dev.carillon.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads a server's frame in one pass; an event's data are found, not decoded. */
final class FrameReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long NO_ID = -1;

  private final String json;

  private String type = "";
  private long id = NO_ID;
  private String topic = "";
  private String time = "";
  private String eventId = "";
  private String stringId = "";
  private @Nullable String key;
  private @Nullable String epoch;
  private @Nullable String data;
  private boolean base64;
  private OptionalLong offset = OptionalLong.empty();
  private OptionalLong count = OptionalLong.empty();
  private OptionalLong from = OptionalLong.empty();
  private OptionalLong to = OptionalLong.empty();
  private String reason = "";
  private String code = "";
  private String message = "";
  private @Nullable Boolean recovered;
  private boolean retryable;
  private String subscriber = "";
  private String node = "";
  private long reconnectAfterMs;
  private String topics = "[]";
  private String events = "[]";

  private FrameReader(String json) {
    this.json = json;
  }

  /**
   * @throws CarillonException when the text is not a frame of the protocol
   */
  static ServerFrame read(String json) {
    FrameReader reader = new FrameReader(json);
    try (JsonParser parser = JSON.createParser(json)) {
      reader.readFields(parser);
      return reader.frame();
    } catch (IOException | DecodeException e) {
      throw new CarillonException(
          CarillonException.BAD_FRAME, "the server sent what is not a JSON object", false);
    }
  }

  private void readFields(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new CarillonException(
          CarillonException.BAD_FRAME, "the server sent what is not a JSON object", false);
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "type" -> type = text(parser);
        case "id" -> readId(parser, value);
        case "topic" -> topic = text(parser);
        case "time" -> time = text(parser);
        case "eventId" -> eventId = text(parser);
        case "key" -> key = value == JsonToken.VALUE_NULL ? null : text(parser);
        case "epoch" -> epoch = value == JsonToken.VALUE_NULL ? null : text(parser);
        case "offset" -> offset = number(parser, value);
        case "count" -> count = number(parser, value);
        case "from" -> from = number(parser, value);
        case "to" -> to = number(parser, value);
        case "reason" -> reason = text(parser);
        case "code" -> code = text(parser);
        case "message" -> message = text(parser);
        case "recovered" -> recovered = value == JsonToken.VALUE_TRUE;
        case "retryable" -> retryable = value == JsonToken.VALUE_TRUE;
        case "subscriber" -> subscriber = text(parser);
        case "node" -> node = text(parser);
        case "reconnectAfterMs" -> reconnectAfterMs = Math.max(0, number(parser, value).orElse(0));
        case "data" -> data = slice(parser);
        case "dataBase64" -> {
          data = slice(parser);
          base64 = true;
        }
        case "topics" -> topics = slice(parser);
        case "events" -> events = slice(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void readId(JsonParser parser, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NUMBER_INT) {
      id = parser.getLongValue();
    } else {
      stringId = text(parser);
    }
  }

  private static String text(JsonParser parser) throws IOException {
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
      return "";
    }
    return parser.getText();
  }

  private static OptionalLong number(JsonParser parser, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NUMBER_INT) {
      return OptionalLong.of(parser.getLongValue());
    }
    parser.skipChildren();
    return OptionalLong.empty();
  }

  private String slice(JsonParser parser) throws IOException {
    int begin = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    // A string's end is known only once it has been read.
    parser.finishToken();
    return json.substring(begin, (int) parser.currentLocation().getCharOffset());
  }

  private ServerFrame frame() {
    return switch (type) {
      case "event" -> delivery();
      case "gap" ->
          new ServerFrame.Loss(
              new ReceivedGap(topic, count, from, to, Optional.ofNullable(epoch), reason, json));
      case "welcome" -> new ServerFrame.Welcome(subscriber, node);
      case "published" ->
          new ServerFrame.PublishedReply(
              id, eventId, offset, Optional.ofNullable(epoch), new JsonArray(events));
      case "subscribed" ->
          new ServerFrame.SubscribedReply(
              id, new JsonArray(topics), Optional.ofNullable(recovered));
      case "unsubscribed" -> new ServerFrame.UnsubscribedReply(id);
      case "pong" -> new ServerFrame.Pong(id);
      case "goaway" -> new ServerFrame.GoAway(reason, reconnectAfterMs);
      case "error" ->
          id == NO_ID
              ? new ServerFrame.Failure(code, message)
              : new ServerFrame.Refused(id, code, message, retryable);
      default -> new ServerFrame.Unknown(type);
    };
  }

  private ServerFrame delivery() {
    if (topic.isEmpty() || data == null) {
      throw new CarillonException(
          CarillonException.BAD_FRAME, "the server sent an event without topic or data", false);
    }
    return new ServerFrame.Delivery(
        new ReceivedEvent(
            topic,
            stringId,
            time,
            offset,
            Optional.ofNullable(epoch),
            Optional.ofNullable(key),
            data,
            base64,
            json));
  }
}
