package dev.carillon.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Reads JSON into a {@link JsonTree}: strict, with the line of each value, and no key twice. */
final class JsonReader {
  private static final int MAX_DEPTH = 32;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final JsonParser parser;
  private final IntFunction<Origin> originOfLine;
  private final Consumer<ConfigMistake> mistakes;

  private JsonReader(
      JsonParser parser, IntFunction<Origin> originOfLine, Consumer<ConfigMistake> mistakes) {
    this.parser = parser;
    this.originOfLine = originOfLine;
    this.mistakes = mistakes;
  }

  /**
   * Reads a whole file.
   *
   * @param originOfLine the origin of a value that begins on a line, counted from 1
   * @param mistakes takes a mistake for each key that an object holds twice
   * @throws NotJsonException with line and column
   */
  static JsonTree read(
      byte[] json, IntFunction<Origin> originOfLine, Consumer<ConfigMistake> mistakes)
      throws NotJsonException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return new JsonReader(parser, originOfLine, mistakes).document();
    } catch (JsonProcessingException e) {
      throw new NotJsonException(e);
    } catch (IOException e) {
      throw new NotJsonException(e);
    }
  }

  /** Reads one value that was said in one place, such as a variable. */
  static JsonTree read(String json, String key, Origin origin, Consumer<ConfigMistake> mistakes)
      throws NotJsonException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return new JsonReader(
              parser,
              line -> origin,
              mistake ->
                  mistakes.accept(
                      new ConfigMistake(
                          Keys.join(key, mistake.key()),
                          mistake.value(),
                          mistake.allowed(),
                          mistake.suggestion(),
                          mistake.origin())))
          .document();
    } catch (JsonProcessingException e) {
      throw new NotJsonException(e);
    } catch (IOException e) {
      throw new NotJsonException(e);
    }
  }

  private JsonTree document() throws IOException {
    if (parser.nextToken() == null) {
      throw new JsonParseException(parser, "there is nothing in it");
    }
    JsonTree document = value("");
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "more follows after the end of the value");
    }
    return document;
  }

  private JsonTree value(String key) throws IOException {
    Origin origin = here();
    return switch (parser.currentToken()) {
      case START_OBJECT -> members(key, origin);
      case START_ARRAY -> items(key, origin);
      case VALUE_STRING -> new JsonTree.Leaf(parser.getText(), origin);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonTree.Leaf(number(), origin);
      case VALUE_TRUE -> new JsonTree.Leaf(true, origin);
      case VALUE_FALSE -> new JsonTree.Leaf(false, origin);
      case VALUE_NULL -> new JsonTree.Leaf(null, origin);
      default -> throw new JsonParseException(parser, "a value is missing");
    };
  }

  private BigDecimal number() throws IOException {
    try {
      return parser.getDecimalValue();
    } catch (NumberFormatException e) {
      throw new JsonParseException(parser, "a number is beyond every range", e);
    }
  }

  private JsonTree members(String key, Origin origin) throws IOException {
    Map<String, JsonTree> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String memberKey = Keys.join(key, name);
      Origin nameOrigin = here();
      parser.nextToken();
      JsonTree value = value(memberKey);
      JsonTree before = members.putIfAbsent(name, value);
      if (before != null) {
        mistakes.accept(
            ConfigMistake.at(memberKey, "said twice; the first is at " + before.origin())
                .from(nameOrigin));
      }
    }
    return new JsonTree.Members(members, origin);
  }

  private JsonTree items(String key, Origin origin) throws IOException {
    List<JsonTree> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(Keys.join(key, Integer.toString(items.size()))));
    }
    return new JsonTree.Items(items, origin);
  }

  private Origin here() {
    return originOfLine.apply(parser.currentTokenLocation().getLineNr());
  }
}
