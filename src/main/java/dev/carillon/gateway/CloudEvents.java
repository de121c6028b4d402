package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventData;
import dev.carillon.publish.PublishRequest;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 as events: {@code id} is the event's id, the extension {@code topic} or else
 * {@code type} its topic, the extension {@code partitionkey} or else {@code subject} its key, and
 * {@code data} its data.
 */
final class CloudEvents {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  private final JsonReader json;
  private final EventLimits limits;

  CloudEvents(JsonReader json, EventLimits limits) {
    this.json = json;
    this.limits = limits;
  }

  static boolean isMeant(ContentType type, HttpServerRequest request) {
    return type.mediaType().equals(STRUCTURED)
        || type.mediaType().equals(BATCH)
        || request.getHeader("ce-specversion") != null;
  }

  List<PublishRequest> read(ContentType type, HttpServerRequest request, byte[] body)
      throws RefusedException, ProblemException {
    if (type.mediaType().equals(STRUCTURED)) {
      Utf8.decode(body);
      return List.of(json.read(body, body.length, p -> readOne(p, body)).toRequest(limits));
    }
    if (type.mediaType().equals(BATCH)) {
      Utf8.decode(body);
      return readBatch(body);
    }
    Attributes attributes = new Attributes();
    for (String name : List.of("specversion", "id", "type", "topic", "subject", "partitionkey")) {
      String value = request.getHeader("ce-" + name);
      if (value != null) {
        attributes.texts.put(name, decoded(value));
      }
    }
    attributes.data = type.data(body, json);
    return List.of(attributes.toRequest(limits));
  }

  /** Headers carry what ASCII can't say percent-encoded (HTTP binding, section 3.1.3.2). */
  private static String decoded(String value) throws RefusedException {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          ErrorCode.BAD_REQUEST, "a ce- header is not percent-encoded as it should be");
    }
  }

  private List<PublishRequest> readBatch(byte[] body) throws RefusedException {
    List<Attributes> read =
        json.read(
            body,
            body.length,
            parser -> {
              if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new RefusedException(ErrorCode.BAD_REQUEST, "a batch is a JSON array");
              }
              List<Attributes> all = new ArrayList<>();
              while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (all.size() == limits.maxBatchEvents()) {
                  throw new RefusedException(
                      ErrorCode.LIMIT_EXCEEDED,
                      "too many events in a batch; allowed: at most " + limits.maxBatchEvents());
                }
                all.add(readOne(parser, body));
              }
              return all;
            });
    List<PublishRequest> requests = new ArrayList<>(read.size());
    for (Attributes attributes : read) {
      try {
        requests.add(attributes.toRequest(limits));
      } catch (RefusedException e) {
        throw new RefusedException(e.code(), "events[" + requests.size() + "]: " + e.getMessage());
      }
    }
    return requests;
  }

  private static Attributes readOne(JsonParser parser, byte[] body)
      throws IOException, RefusedException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "a CloudEvent is a JSON object");
    }
    Attributes attributes = new Attributes();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("data")) {
        attributes.data = EventData.ofJson(JsonReader.cutOut(parser, body));
      } else if (value == JsonToken.VALUE_STRING) {
        attributes.texts.put(name, parser.getText());
      } else {
        JsonReader.skip(parser);
      }
    }
    return attributes;
  }

  private static final class Attributes {
    private final Map<String, String> texts = new HashMap<>();
    private @Nullable EventData data;

    PublishRequest toRequest(EventLimits limits) throws RefusedException {
      String version = texts.get("specversion");
      if (version == null || !version.startsWith("1.")) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "specversion must be 1.0");
      }
      String topic = texts.getOrDefault("topic", texts.get("type"));
      if (topic == null || texts.get("id") == null) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "a CloudEvent has an id and a type");
      }
      EventData content = content();
      if (content.json().length > limits.maxEventBytes()) {
        throw new RefusedException(
            ErrorCode.TOO_LARGE,
            "data has "
                + content.json().length
                + " bytes; allowed: at most "
                + limits.maxEventBytes());
      }
      return EventFields.request(
          topic,
          content,
          Optional.ofNullable(texts.getOrDefault("partitionkey", texts.get("subject"))),
          Optional.ofNullable(texts.get("id")));
    }

    private EventData content() throws RefusedException {
      String base64 = texts.get("data_base64");
      if (data != null && base64 != null) {
        throw new RefusedException(
            ErrorCode.BAD_REQUEST, "a CloudEvent has either data or data_base64");
      }
      if (data != null) {
        return data;
      }
      if (base64 == null) {
        return EventData.ofJson(new byte[] {'n', 'u', 'l', 'l'});
      }
      try {
        return EventData.ofBytes(Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException e) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "data_base64 is not base64");
      }
    }
  }
}
