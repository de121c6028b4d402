package dev.carillon.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.client.OutgoingEvent;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A line {@code {"topic":…,"data":…,"key":…,"eventId":…}}, as {@code POST /v1/events} takes it. */
final class NdjsonLine {
  private static final JsonFactory JSON = new JsonFactory();

  private @Nullable String topic;
  private @Nullable String data;
  private boolean base64;
  private Optional<String> key = Optional.empty();
  private Optional<String> eventId = Optional.empty();

  private NdjsonLine() {}

  /**
   * Reads a line.
   *
   * @param topic for lines that name none
   * @throws IllegalArgumentException with what is wrong
   */
  static OutgoingEvent read(String line, Optional<String> topic) {
    NdjsonLine fields = new NdjsonLine();
    try (JsonParser parser = JSON.createParser(line)) {
      fields.readFields(line, parser);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + firstLine(e), e);
    }
    return fields.event(topic);
  }

  private void readFields(String line, JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "topic" -> topic = text(name, parser);
        case "key" -> key = Optional.of(text(name, parser));
        case "eventId" -> eventId = Optional.of(text(name, parser));
        case "data" -> data = slice(line, parser);
        case "dataBase64" -> {
          data = text(name, parser);
          base64 = true;
        }
        default ->
            throw new IllegalArgumentException(
                "unknown field \"" + name + "\"; allowed: topic, data, dataBase64, key, eventId");
      }
    }
    if (parser.nextToken() != null) {
      throw new IllegalArgumentException("more than one JSON object on the line");
    }
  }

  private static String text(String name, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new IllegalArgumentException("\"" + name + "\" is not a string");
    }
    return parser.getText();
  }

  private static String slice(String line, JsonParser parser) throws IOException {
    int begin = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    return line.substring(begin, (int) parser.currentLocation().getCharOffset());
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private OutgoingEvent event(Optional<String> defaultTopic) {
    String to = topic != null ? topic : defaultTopic.orElse(null);
    if (to == null) {
      throw new IllegalArgumentException("no \"topic\", and none on the command line");
    }
    if (data == null) {
      throw new IllegalArgumentException("no \"data\"");
    }
    OutgoingEvent event = (base64 ? DataForm.BASE64 : DataForm.JSON).event(to, data);
    if (key.isPresent()) {
      event = event.withKey(key.get());
    }
    return eventId.isPresent() ? event.withEventId(eventId.get()) : event;
  }
}
