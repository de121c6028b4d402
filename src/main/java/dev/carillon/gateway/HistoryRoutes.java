package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.store.EventStore;
import dev.carillon.store.HistoryBounds;
import dev.carillon.store.HistoryPage;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;

/** {@code GET} and {@code DELETE /v1/topics/{topic}/events}: a history by pages, and its end. */
final class HistoryRoutes {
  private final Gateway gateway;
  private final Node node;

  HistoryRoutes(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  void addTo(Paths paths, OperatorDoor operators) {
    paths.get("/v1/topics/:topic/events").handler(Problems.handling(this::read));
    operators.delete("/v1/topics/:topic/events", this::purge);
  }

  private void read(RoutingContext context) throws ProblemException, RefusedException {
    EventStore store = store(context);
    long after = after(context.request());
    int limit = PageRequest.of(context.request()).limit();
    context.response().putHeader("Cache-Control", "no-store");
    answer(
        context,
        store.read(context.pathParam("topic"), after, limit, JsonAnswer.MAX_PAGE_BYTES),
        page -> JsonAnswer.send(context, json -> write(page, json)));
  }

  private void purge(RoutingContext context) throws ProblemException, RefusedException {
    String topic = context.pathParam("topic");
    answer(
        context,
        store(context)
            .purge(topic)
            .thenApply(
                bounds -> {
                  // On the store's writer thread, so that it comes before the first new event:
                  // those who listen must know that offsets begin anew.
                  gateway.consumer().announce(Gap.ofEpoch(topic, bounds.epoch()));
                  return bounds;
                }),
        bounds ->
            JsonAnswer.send(
                context,
                json -> {
                  json.writeStartObject();
                  json.writeStringField("topic", topic);
                  writeFields(bounds, json);
                  json.writeEndObject();
                }));
  }

  /** The bounds of a history as fields of an object. */
  static void writeFields(HistoryBounds bounds, JsonGenerator json) throws IOException {
    json.writeStringField("epoch", bounds.epoch());
    json.writeNumberField("first", bounds.first());
    json.writeNumberField("last", bounds.last());
  }

  private EventStore store(RoutingContext context) throws ProblemException, RefusedException {
    String topic = context.pathParam("topic");
    if (!CommandReader.pattern(topic).isExact()) {
      throw new RefusedException(
          ErrorCode.TOPIC_INVALID, "a history is of one topic, without wildcards");
    }
    return node.history()
        .map(NodeHistory::topics)
        .filter(topics -> topics.keeps().test(topic))
        .orElseThrow(
            () ->
                new ProblemException(
                    404, ErrorCode.BAD_REQUEST, "topic " + topic + " keeps no history"))
        .store();
  }

  private static long after(HttpServerRequest request) throws ProblemException {
    String text = request.getParam("after");
    if (text == null) {
      return 0;
    }
    // Eighteen digits always fit.
    if (!text.matches("[0-9]{1,18}")) {
      throw ProblemException.badRequest(
          "after is outside what is allowed: an offset, a number from 0 on");
    }
    return Long.parseLong(text);
  }

  private <T> void answer(
      RoutingContext context, CompletionStage<T> stage, Problems.Answer<T> answer) {
    Future<T> asked = gateway.hear(stage);
    asked
        .onSuccess(value -> Problems.answer(context, Future.succeededFuture(value), answer))
        .onFailure(
            failure -> Problems.send(context.response(), ProblemException.storeUnavailable()));
  }

  private static void write(HistoryPage page, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("topic", page.bounds().topic());
    writeFields(page.bounds(), json);
    json.writeArrayFieldStart("events");
    for (EventFrame frame : page.frames()) {
      json.writeRawValue(new String(frame.json(), StandardCharsets.UTF_8));
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
