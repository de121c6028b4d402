package dev.carillon.client;

import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An event as it came.
 *
 * @param time when the server took it, ISO 8601 in UTC
 * @param offset its place in its topic's history, if the topic keeps one
 * @param epoch the life of that history, which the first event of one names
 * @param dataJson its data as JSON text; of bytes, a JSON string of their base64
 * @param isBytes whether the data are bytes
 * @param json the whole frame
 */
public record ReceivedEvent(
    String topic,
    String id,
    String time,
    OptionalLong offset,
    Optional<String> epoch,
    Optional<String> key,
    String dataJson,
    boolean isBytes,
    String json) {

  /** The data as Vert.x decodes JSON: JsonObject, JsonArray, String, Number, Boolean or null. */
  public @Nullable Object data() {
    return Json.decodeValue(dataJson);
  }

  /**
   * The data of an event that carries bytes.
   *
   * @throws IllegalStateException when this event carries JSON
   */
  public byte[] bytes() {
    if (!isBytes) {
      throw new IllegalStateException("event " + id + " carries JSON, not bytes; see dataJson()");
    }
    return Base64.getDecoder().decode(dataJson.substring(1, dataJson.length() - 1));
  }

  /** When the server took it. */
  public Instant instant() {
    return Instant.parse(time);
  }
}
