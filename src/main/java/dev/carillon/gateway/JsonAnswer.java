package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Answers whose body is JSON. */
final class JsonAnswer {
  /**
   * A page of a list ends after this many bytes, whatever its limit: a subscriber may have a
   * thousand topics, and a thousand of those may be asked for at once.
   */
  static final int MAX_PAGE_BYTES = 1 << 20;

  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonAnswer() {}

  /** Writes one JSON value. */
  interface Value {
    void writeTo(JsonGenerator json) throws IOException;
  }

  static void send(RoutingContext context, Value value) {
    context.response().putHeader("Content-Type", "application/json").end(body(value));
  }

  /** The value as bytes. */
  static Buffer body(Value value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      value.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  /**
   * Sends one page.
   *
   * @param name the field that holds the entries
   * @param next what the next page is asked for with; nothing on the last one
   */
  static void sendPage(
      RoutingContext context,
      String name,
      List<? extends ListEntry> entries,
      Optional<String> next) {
    send(
        context,
        json -> {
          Optional<String> after = next;
          json.writeStartObject();
          json.writeArrayFieldStart(name);
          for (int i = 0; i < entries.size(); i++) {
            entries.get(i).writeTo(json);
            if (size(json) > MAX_PAGE_BYTES && i + 1 < entries.size()) {
              after = Optional.of(entries.get(i).id());
              break;
            }
          }
          json.writeEndArray();
          if (after.isPresent()) {
            json.writeStringField("next", after.get());
          }
          json.writeEndObject();
        });
  }

  private static int size(JsonGenerator json) {
    int written = json.getOutputTarget() instanceof ByteArrayOutputStream bytes ? bytes.size() : 0;
    return written + Math.max(0, json.getOutputBuffered());
  }
}
