package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.store.DeadLetter;
import dev.carillon.store.DeadLetters;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /v1/dead-letters}, {@code POST /v1/dead-letters/{id}/redeliver}, {@code POST
 * /v1/dead-letters/redeliver}, and {@code DELETE} of one or of all that match.
 */
final class DeadLetterRoutes {
  private final Node node;
  private final Gateway gateway;
  private final Redelivery redelivery;

  DeadLetterRoutes(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
    this.redelivery = new Redelivery(node, gateway);
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/dead-letters", this::list);
    operators.delete("/v1/dead-letters", this::purge);
    operators.post("/v1/dead-letters/redeliver", this::redeliverAll);
    operators.post("/v1/dead-letters/:id/redeliver", this::redeliverOne);
    operators.delete("/v1/dead-letters/:id", this::remove);
  }

  private void list(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    answer(
        context,
        page(context.request(), page),
        letters ->
            JsonAnswer.sendPage(
                context,
                "deadLetters",
                letters.stream().map(DeadLetterView::new).toList(),
                next(letters, page)));
  }

  private void redeliverAll(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    answer(
        context,
        page(context.request(), page)
            .compose(
                letters ->
                    redelivery
                        .redeliver(letters)
                        .map(events -> new Redelivered(events, next(letters, page)))),
        done -> sendRedelivered(context, done));
  }

  private void redeliverOne(RoutingContext context) throws ProblemException {
    long id = id(context.pathParam("id"));
    answer(
        context,
        one(id)
            .compose(
                letters ->
                    letters.isEmpty()
                        ? Future.failedFuture(unknown())
                        : redelivery
                            .redeliver(letters)
                            .map(events -> new Redelivered(events, Optional.empty()))),
        done -> sendRedelivered(context, done));
  }

  private void remove(RoutingContext context) throws ProblemException {
    long id = id(context.pathParam("id"));
    answer(
        context,
        gateway.hear(node.deadLetters().remove(List.of(id))),
        removed -> {
          if (removed == 0) {
            throw unknown();
          }
          context.response().setStatusCode(204).end();
        });
  }

  private void purge(RoutingContext context) {
    answer(
        context,
        gateway.hear(node.deadLetters().purge(filter(context.request()))),
        purged ->
            JsonAnswer.send(
                context,
                json -> {
                  json.writeStartObject();
                  json.writeNumberField("purged", purged);
                  json.writeEndObject();
                }));
  }

  /** What was brought back, and where the rest goes on. */
  private record Redelivered(long events, Optional<String> next) {}

  private static void sendRedelivered(RoutingContext context, Redelivered done) {
    JsonAnswer.send(
        context,
        json -> {
          json.writeStartObject();
          json.writeNumberField("redelivered", done.events());
          if (done.next().isPresent()) {
            json.writeStringField("next", done.next().get());
          }
          json.writeEndObject();
        });
  }

  private Future<List<DeadLetter>> page(HttpServerRequest request, PageRequest page)
      throws ProblemException {
    long after = page.after().isEmpty() ? 0 : id(page.after());
    // What was just lost is shown too.
    return node.ask(
            gateway,
            asked -> {
              asked.lost().flush();
              return true;
            })
        .compose(
            flushed -> gateway.hear(node.deadLetters().list(filter(request), after, page.limit())));
  }

  private Future<List<DeadLetter>> one(long id) {
    return gateway.hear(node.deadLetters().find(List.of(id)));
  }

  private static Optional<String> next(List<DeadLetter> letters, PageRequest page) {
    return letters.size() == page.limit()
        ? Optional.of(Long.toString(letters.get(letters.size() - 1).id()))
        : Optional.empty();
  }

  private static DeadLetters.Filter filter(HttpServerRequest request) {
    String topic = request.getParam("topic");
    String subscriber = request.getParam("subscriber");
    return new DeadLetters.Filter(topic == null ? "" : topic, subscriber == null ? "" : subscriber);
  }

  private static long id(String text) throws ProblemException {
    // Eighteen digits always fit.
    if (!text.matches("[0-9]{1,18}")) {
      throw ProblemException.badRequest("the id of a dead letter is a number");
    }
    return Long.parseLong(text);
  }

  private static ProblemException unknown() {
    return new ProblemException(404, ErrorCode.BAD_REQUEST, "no dead letter has this id");
  }

  private static <T> void answer(
      RoutingContext context, Future<T> asked, Problems.Answer<T> answer) {
    asked
        .onSuccess(value -> Problems.answer(context, Future.succeededFuture(value), answer))
        .onFailure(
            failure -> {
              if (failure instanceof ProblemException problem) {
                Problems.send(context.response(), problem);
              } else if (failure instanceof RefusedException refused) {
                Problems.send(context.response(), ProblemException.of(refused));
              } else {
                Problems.send(context.response(), ProblemException.storeUnavailable());
              }
            });
  }
}
