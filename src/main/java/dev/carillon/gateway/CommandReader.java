package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.InvalidTopicException;
import dev.carillon.event.Pattern;
import dev.carillon.publish.PublishRequest;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames into {@link Command}s.
 *
 * <p>Confined to its gateway's event loop, whose connections share one. A frame that is not an
 * object with a usable {@code id} is refused without an id; anything else is refused with it.
 */
final class CommandReader {
  private static final int MAX_ID_BYTES = 128;
  private static final int SCRATCH_BYTES = 8 * 1024;

  private final JsonReader reader;
  private final EventLimits limits;
  private byte[] scratch = new byte[SCRATCH_BYTES];

  CommandReader(JsonReader reader, EventLimits limits) {
    this.reader = reader;
    this.limits = limits;
  }

  /**
   * Reads one frame.
   *
   * @param frame valid UTF-8
   */
  Command read(ByteBuf frame) throws RefusedException {
    int length = frame.readableBytes();
    byte[] json = length <= scratch.length ? scratch : new byte[length];
    frame.getBytes(frame.readerIndex(), json, 0, length);
    Fields fields = reader.read(json, length, parser -> readFields(parser, json));
    return fields.toCommand(limits);
  }

  private Fields readFields(JsonParser parser, byte[] json) throws IOException, RefusedException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "a frame must be a JSON object");
    }
    Fields fields = new Fields(new EventFields(limits.maxEventBytes()));
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      fields.take(name, parser, json, limits);
    }
    return fields;
  }

  private static final class Fields {
    private final EventFields event;
    private Optional<String> id = Optional.empty();
    private @Nullable String type;
    private @Nullable List<String> topics;
    private @Nullable Map<String, StartAt> from;
    private @Nullable List<EventFields> events;
    private @Nullable RefusedException problem;

    Fields(EventFields event) {
      this.event = event;
    }

    void take(String name, JsonParser parser, byte[] json, EventLimits limits)
        throws IOException, RefusedException {
      switch (name) {
        case "type" -> {
          type = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
          JsonReader.skip(parser);
        }
        case "id" -> id = Optional.of(readId(parser, json));
        case "topics" -> topics = readTopics(parser);
        case "from" -> from = readFrom(parser, limits);
        case "events" -> events = readEvents(parser, json, limits);
        default -> {
          if (!event.take(name, parser, json)) {
            JsonReader.skip(parser);
          }
        }
      }
    }

    private static String readId(JsonParser parser, byte[] json)
        throws IOException, RefusedException {
      JsonToken token = parser.currentToken();
      byte[] text = JsonReader.cutOut(parser, json);
      if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "id must be a number or a string");
      }
      if (text.length > MAX_ID_BYTES) {
        throw new RefusedException(
            ErrorCode.BAD_REQUEST, "id is longer than " + MAX_ID_BYTES + " bytes");
      }
      return new String(text, StandardCharsets.UTF_8);
    }

    private @Nullable List<String> readTopics(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        refuse("topics must be an array of strings");
        JsonReader.skip(parser);
        return null;
      }
      List<String> read = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          read.add(parser.getText());
        } else {
          refuse("topics must be an array of strings");
          JsonReader.skip(parser);
        }
      }
      return read;
    }

    private @Nullable Map<String, StartAt> readFrom(JsonParser parser, EventLimits limits)
        throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        refuse("from must be an object of topics");
        JsonReader.skip(parser);
        return null;
      }
      FromReader reader = new FromReader(limits.maxTopics());
      Map<String, StartAt> read = reader.read(parser);
      reader.problem().ifPresent(refused -> problem = refused);
      return read;
    }

    private @Nullable List<EventFields> readEvents(
        JsonParser parser, byte[] json, EventLimits limits) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        refuse("events must be an array of objects");
        JsonReader.skip(parser);
        return null;
      }
      List<EventFields> read = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          refuse("events must be an array of objects");
          JsonReader.skip(parser);
        } else if (read.size() >= limits.maxBatchEvents()) {
          JsonReader.skip(parser);
          problem =
              new RefusedException(
                  ErrorCode.LIMIT_EXCEEDED,
                  "too many events in a batch; allowed: at most " + limits.maxBatchEvents());
        } else {
          EventFields event = new EventFields(limits.maxEventBytes());
          event.takeAll(parser, json);
          read.add(event);
        }
      }
      return read;
    }

    private void refuse(String message) {
      problem = new RefusedException(ErrorCode.BAD_REQUEST, message);
    }

    Command toCommand(EventLimits limits) throws RefusedException {
      try {
        if (problem != null) {
          throw problem;
        }
        if (type == null) {
          throw new RefusedException(ErrorCode.BAD_REQUEST, "type is missing or not a string");
        }
        return switch (type) {
          case "publish" -> publish();
          case "subscribe" -> subscribe(limits);
          case "unsubscribe" -> new Command.Unsubscribe(id, patterns(limits));
          case "ping" -> new Command.Ping(id);
          default ->
              throw new RefusedException(
                  ErrorCode.BAD_REQUEST,
                  "unknown type; allowed: subscribe, unsubscribe, publish, ping");
        };
      } catch (RefusedException e) {
        throw e.withId(id);
      }
    }

    private Command publish() throws RefusedException {
      if (events == null) {
        return new Command.Publish(id, List.of(event.toRequest()), false);
      }
      if (events.isEmpty()) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "events is empty");
      }
      return new Command.Publish(id, toRequests(events), true);
    }

    private Command subscribe(EventLimits limits) throws RefusedException {
      List<Pattern> patterns = patterns(limits);
      if (from == null) {
        return new Command.Subscribe(id, patterns, HistoryWish.LIVE);
      }
      for (String key : from.keySet()) {
        Pattern named = pattern(key);
        if (patterns.stream().noneMatch(one -> isPlaceIn(one, named))) {
          throw new RefusedException(
              ErrorCode.BAD_REQUEST,
              "from names \"" + named.text() + "\", which none of topics is or matches");
        }
      }
      return new Command.Subscribe(id, patterns, new FromWish(Map.copyOf(from)));
    }

    private static boolean isPlaceIn(Pattern pattern, Pattern named) {
      return pattern.equals(named) || (named.isExact() && pattern.matches(named.text()));
    }

    private List<Pattern> patterns(EventLimits limits) throws RefusedException {
      if (topics == null || topics.isEmpty()) {
        throw new RefusedException(
            ErrorCode.BAD_REQUEST, "topics must be an array of at least one string");
      }
      if (topics.size() > limits.maxTopics()) {
        throw new RefusedException(
            ErrorCode.LIMIT_EXCEEDED,
            "topics has " + topics.size() + "; allowed: at most " + limits.maxTopics());
      }
      List<Pattern> patterns = new ArrayList<>(topics.size());
      for (String topic : topics) {
        patterns.add(pattern(topic));
      }
      return patterns;
    }
  }

  /** Checks every event of a batch; the message of a refusal says which one is wrong. */
  static List<PublishRequest> toRequests(List<EventFields> events) throws RefusedException {
    List<PublishRequest> requests = new ArrayList<>(events.size());
    for (EventFields fields : events) {
      try {
        requests.add(fields.toRequest());
      } catch (RefusedException e) {
        throw new RefusedException(e.code(), "events[" + requests.size() + "]: " + e.getMessage());
      }
    }
    return requests;
  }

  /** The pattern, or the refusal with the code its grammar has. */
  static Pattern pattern(String text) throws RefusedException {
    try {
      return new Pattern(text);
    } catch (InvalidTopicException e) {
      ErrorCode code =
          e.kind() == InvalidTopicException.Kind.TOPIC
              ? ErrorCode.TOPIC_INVALID
              : ErrorCode.PATTERN_INVALID;
      throw new RefusedException(code, String.valueOf(e.getMessage()));
    }
  }
}
