package dev.carillon.client;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Events that this client should have had and did not get.
 *
 * @param topic their topic; a pattern where the server announces many topics together
 * @param count how many; empty only where nobody can know it
 * @param from the first missing offset, on history topics
 * @param to the last missing offset, on history topics
 * @param epoch the history that begins behind the gap, where it is another one
 * @param reason such as {@code queue_full}
 * @param json the frame as it came, or as it would have come where the client itself can't tell
 *     what is missing
 */
public record ReceivedGap(
    String topic,
    OptionalLong count,
    OptionalLong from,
    OptionalLong to,
    Optional<String> epoch,
    String reason,
    String json) {

  /** Of a history in which something may be missing that no server can tell. */
  static ReceivedGap ofUnknownExtent(String topic) {
    return new ReceivedGap(
        topic,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        "history_lost",
        new JsonObject()
            .put("type", "gap")
            .put("topic", topic)
            .putNull("count")
            .put("reason", "history_lost")
            .encode());
  }
}
