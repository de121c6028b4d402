package dev.carillon.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the answers of a {@code published} frame, one for each event of the command. */
final class PublishedReader {
  private PublishedReader() {}

  static List<Published> read(PendingPublish publish, ServerFrame.PublishedReply reply) {
    List<String> ids = publish.frame().eventIds();
    JsonArray answers = reply.events();
    if (ids.size() == 1 && answers.isEmpty()) {
      String id = reply.eventId().isEmpty() ? ids.get(0) : reply.eventId();
      return List.of(new Published(id, reply.offset(), reply.epoch()));
    }
    List<Published> results = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      Object answer = i < answers.size() ? answers.getValue(i) : null;
      results.add(
          answer instanceof JsonObject one
              ? one(one, ids.get(i))
              : new Published(ids.get(i), OptionalLong.empty(), Optional.empty()));
    }
    return results;
  }

  private static Published one(JsonObject answer, String id) {
    OptionalLong offset =
        answer.getValue("offset") instanceof Number at
            ? OptionalLong.of(at.longValue())
            : OptionalLong.empty();
    Optional<String> epoch =
        answer.getValue("epoch") instanceof String text ? Optional.of(text) : Optional.empty();
    return new Published(
        answer.getValue("eventId") instanceof String text ? text : id, offset, epoch);
  }
}
