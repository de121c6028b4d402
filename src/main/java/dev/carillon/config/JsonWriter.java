package dev.carillon.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;

/** Writes a {@link JsonTree} as JSON. */
final class JsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonWriter() {}

  /** On one line; a string longer than {@code maxText} is cut. */
  static String compact(JsonTree value, int maxText) {
    return write(value, maxText, false);
  }

  /** On many lines, for people. */
  static String pretty(JsonTree value) {
    return write(value, Integer.MAX_VALUE, true);
  }

  private static String write(JsonTree value, int maxText, boolean pretty) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      if (pretty) {
        json.setPrettyPrinter(
            new DefaultPrettyPrinter(
                    Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withArrayEmptySeparator("")
                        .withObjectEmptySeparator(""))
                .withObjectIndenter(new DefaultIndenter("  ", "\n")));
      }
      write(value, maxText, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonTree value, int maxText, JsonGenerator json) throws IOException {
    if (value instanceof JsonTree.Members members) {
      json.writeStartObject();
      for (Map.Entry<String, JsonTree> member : members.byName().entrySet()) {
        json.writeFieldName(member.getKey());
        write(member.getValue(), maxText, json);
      }
      json.writeEndObject();
    } else if (value instanceof JsonTree.Items items) {
      json.writeStartArray();
      for (JsonTree item : items.list()) {
        write(item, maxText, json);
      }
      json.writeEndArray();
    } else if (value instanceof JsonTree.Leaf leaf) {
      write(leaf, maxText, json);
    }
  }

  private static void write(JsonTree.Leaf leaf, int maxText, JsonGenerator json)
      throws IOException {
    if (leaf.value() instanceof String text) {
      json.writeString(text.length() <= maxText ? text : text.substring(0, maxText) + "…");
    } else if (leaf.value() instanceof BigDecimal number) {
      // As it was written: spelling out 1e999999 would fill the memory.
      json.writeNumber(number.scale() == 0 ? number.toPlainString() : number.toString());
    } else if (leaf.value() instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else {
      json.writeNull();
    }
  }
}
