package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.Position;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a client says under {@code from}. */
final class FromReader {
  /**
   * So many places fit, however few topics a subscriber may ask for: a single pattern may stand for
   * that many histories, and who can't say where it was in them can't come back.
   */
  private static final int MIN_PLACES = 1000;

  private static final String ALLOWED =
      "; allowed: {\"epoch\":\"…\",\"offset\":30}, \"earliest\" or {\"last\":10}";

  private final int maxPlaces;
  private @Nullable RefusedException problem;

  /**
   * Makes a reader.
   *
   * @param maxTopics topics and patterns of one subscriber
   */
  FromReader(int maxTopics) {
    this.maxPlaces = Math.max(maxTopics, MIN_PLACES);
  }

  /** What is wrong with it, the last one of several. */
  Optional<RefusedException> problem() {
    return Optional.ofNullable(problem);
  }

  /** Reads the object that the parser stands on to its end. */
  Map<String, StartAt> read(JsonParser parser) throws IOException {
    Map<String, StartAt> places = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String topic = parser.currentName();
      parser.nextToken();
      Optional<StartAt> place = place(parser);
      if (place.isEmpty()) {
        problem =
            new RefusedException(ErrorCode.BAD_REQUEST, "from has an unknown place" + ALLOWED);
      } else if (places.size() >= maxPlaces && !places.containsKey(topic)) {
        problem =
            new RefusedException(
                ErrorCode.LIMIT_EXCEEDED, "from has more than " + maxPlaces + " topics");
      } else {
        places.put(topic, place.get());
      }
    }
    return places;
  }

  private static Optional<StartAt> place(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText().equals("earliest")
          ? Optional.of(new StartAt.Earliest())
          : Optional.empty();
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      JsonReader.skip(parser);
      return Optional.empty();
    }
    String epoch = null;
    long offset = -1;
    long last = -1;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("epoch") && value == JsonToken.VALUE_STRING) {
        epoch = parser.getText();
      } else if (name.equals("offset") && value == JsonToken.VALUE_NUMBER_INT) {
        offset = number(parser);
      } else if (name.equals("last") && value == JsonToken.VALUE_NUMBER_INT) {
        last = number(parser);
      } else {
        JsonReader.skip(parser);
      }
    }
    if (epoch != null && offset >= 0 && last < 0) {
      return Optional.of(new StartAt.Behind(new Position(epoch, offset)));
    }
    return epoch == null && offset < 0 && last > 0
        ? Optional.of(new StartAt.Last(last))
        : Optional.empty();
  }

  private static long number(JsonParser parser) throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : parser.getLongValue();
  }
}
