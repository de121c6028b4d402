package dev.carillon.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What an event carries: one JSON value, or bytes that travel as a base64 string. */
public final class EventData {
  private static final JsonFactory JSON = new JsonFactory();

  private final Kind kind;
  private final byte[] json;

  private EventData(Kind kind, byte[] json) {
    this.kind = kind;
    this.json = json;
  }

  /** How the bytes are to be read. */
  public Kind kind() {
    return kind;
  }

  /**
   * One JSON value in UTF-8, without line breaks; for {@link Kind#BASE64} a JSON string of base64
   * text. Shared: never to be written to.
   */
  public byte[] json() {
    return json;
  }

  /** How {@code json} stands in an event: under {@code data} or under {@code dataBase64}. */
  public enum Kind {
    JSON,
    BASE64
  }

  /**
   * Takes JSON as it came. Line breaks, which JSON allows between its tokens only, become spaces.
   *
   * @param json one complete JSON value that the caller has checked; not to be changed afterwards
   */
  public static EventData ofJson(byte[] json) {
    byte[] line = json;
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        if (line == json) {
          line = json.clone();
        }
        line[i] = ' ';
      }
    }
    return new EventData(Kind.JSON, line);
  }

  /**
   * Takes one JSON value, checked.
   *
   * @throws IllegalArgumentException when the text is not exactly one JSON value
   */
  public static EventData parse(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("data is empty; allowed: one JSON value");
      }
      parser.skipChildren();
      parser.finishToken();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("data is more than one JSON value");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("data is not one JSON value", e);
    }
    return ofJson(json.getBytes(StandardCharsets.UTF_8));
  }

  /** A JSON string of the text. */
  public static EventData ofText(String text) {
    return new EventData(Kind.JSON, JsonText.quoted(text));
  }

  /** The bytes as a base64 string. */
  public static EventData ofBytes(byte[] bytes) {
    return ofBase64(Base64.getEncoder().encodeToString(bytes));
  }

  /**
   * Takes bytes that are base64 already.
   *
   * @param base64 RFC 4648 base64 that the caller has checked
   */
  public static EventData ofBase64(String base64) {
    return new EventData(Kind.BASE64, ("\"" + base64 + "\"").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EventData data && kind == data.kind && Arrays.equals(json, data.json);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.hashCode(json);
  }

  /** The JSON text. */
  @Override
  public String toString() {
    return new String(json, StandardCharsets.UTF_8);
  }
}
