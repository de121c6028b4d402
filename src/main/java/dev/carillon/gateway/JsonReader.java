package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.carillon.event.ErrorCode;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads JSON from clients: strict RFC 8259 in UTF-8, of bounded depth. Values that are only passed
 * on are checked and cut out as bytes, never made into objects.
 */
final class JsonReader {
  private final JsonFactory factory;

  JsonReader(int maxDepth) {
    this.factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
  }

  /** Reads one JSON text. */
  interface Reading<T> {
    T read(JsonParser parser) throws IOException, RefusedException;
  }

  /**
   * Reads {@code json}, which holds one JSON text and nothing else, in valid UTF-8.
   *
   * @throws RefusedException {@code bad_request} saying where it is not JSON, or what {@code
   *     reading} refused
   */
  <T> T read(byte[] json, int length, Reading<T> reading) throws RefusedException {
    refuseOtherEncodings(json, length);
    try (JsonParser parser = factory.createParser(json, 0, length)) {
      if (parser.nextToken() == null) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "not JSON: nothing there");
      }
      T value = reading.read(parser);
      if (parser.nextToken() != null) {
        throw new RefusedException(
            ErrorCode.BAD_REQUEST, "not JSON: more than one value" + place(parser));
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw new RefusedException(
          ErrorCode.BAD_REQUEST,
          "JSON beyond limits: nested deeper than "
              + factory.streamReadConstraints().getMaxNestingDepth()
              + ", or a number or name without end");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      String place = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
      throw new RefusedException(ErrorCode.BAD_REQUEST, "not JSON" + place);
    } catch (IOException e) {
      throw new RefusedException(ErrorCode.BAD_REQUEST, "not JSON");
    }
  }

  /** Checks that {@code json} is one JSON value. */
  void check(byte[] json) throws RefusedException {
    read(
        json,
        json.length,
        parser -> {
          skip(parser);
          return true;
        });
  }

  /** The bytes of the value that the parser stands on, which is read to its end. */
  static byte[] cutOut(JsonParser parser, byte[] json) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    skip(parser);
    int end = (int) parser.currentLocation().getByteOffset();
    return Arrays.copyOfRange(json, start, end);
  }

  /** Reads the value that the parser stands on to its end, so that all of it is checked. */
  static void skip(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
  }

  /** Jackson would read UTF-16 and UTF-32 too, which JSON between systems never is. */
  private static void refuseOtherEncodings(byte[] json, int length) throws RefusedException {
    for (int i = 0; i < Math.min(length, 4); i++) {
      // A zero is how it knows them without a byte order mark, which in UTF-8 begins with 0xef.
      if (json[i] == 0 || (i == 0 && (json[i] & 0xff) >= 0xef)) {
        throw new RefusedException(ErrorCode.BAD_REQUEST, "not JSON at byte " + i);
      }
    }
  }

  private static String place(JsonParser parser) {
    return " at byte " + parser.currentTokenLocation().getByteOffset();
  }
}
