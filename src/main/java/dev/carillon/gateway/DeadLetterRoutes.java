package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.store.DeadLetters;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /v1/dead-letters}, {@code POST /v1/dead-letters/{id}/redeliver}, {@code POST
 * /v1/dead-letters/redeliver}, and {@code DELETE} of one or of all that match.
 */
final class DeadLetterRoutes {
  private final AllNodes nodes;

  DeadLetterRoutes(Node node, Gateway gateway, AllNodes nodes) {
    this.nodes = nodes;
    OwnDeadLetters.answer(node, gateway, nodes);
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
    LetterId after = after(page);
    answer(
        context,
        collect(new Collected(), after, page.limit(), filter(context.request())),
        done ->
            JsonAnswer.send(
                context,
                JsonAnswer.page("deadLetters", done.letters, done.next(), done.unreachable)));
  }

  /** What was found so far, node by node in the order of their names. */
  private static final class Collected {
    final List<LetterPage.Shown> letters = new ArrayList<>();
    final List<String> unreachable = new ArrayList<>();
    long size;
    boolean more;

    Optional<String> next() {
      return more && !letters.isEmpty()
          ? Optional.of(letters.get(letters.size() - 1).id())
          : Optional.empty();
    }

    void add(LetterPage page) {
      letters.addAll(page.letters());
      page.letters().forEach(letter -> size += letter.json().length());
      more = page.more();
    }
  }

  private Future<Collected> collect(
      Collected so, LetterId after, int limit, DeadLetters.Filter filter) {
    OwnDeadLetters.Question question =
        new OwnDeadLetters.Question(after.number(), limit - so.letters.size(), filter);
    return nodes
        .ask(OwnDeadLetters.LIST, question.text(), after.node())
        .map(LetterPage::read)
        .recover(
            failure -> {
              if (after.node().equals(nodes.self())) {
                return Future.failedFuture(failure);
              }
              so.unreachable.add(after.node());
              return Future.succeededFuture(new LetterPage(List.of(), false));
            })
        .compose(
            page -> {
              so.add(page);
              Optional<String> following = following(after.node());
              if (so.more || following.isEmpty()) {
                return Future.succeededFuture(so);
              }
              if (so.letters.size() >= limit || so.size > JsonAnswer.MAX_PAGE_BYTES) {
                so.more = true;
                return Future.succeededFuture(so);
              }
              return collect(so, new LetterId(following.get(), 0), limit, filter);
            });
  }

  private void redeliverAll(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    LetterId after = after(page);
    OwnDeadLetters.Question question =
        new OwnDeadLetters.Question(after.number(), page.limit(), filter(context.request()));
    answer(
        context,
        nodes.ask(OwnDeadLetters.REDELIVER, question.text(), after.node()).map(JsonObject::new),
        done -> {
          Optional<String> next =
              done.containsKey("next")
                  ? Optional.of(text(new LetterId(after.node(), done.getLong("next"))))
                  // One node after the other.
                  : following(after.node()).map(node -> new LetterId(node, 0).text());
          next.ifPresentOrElse(text -> done.put("next", text), () -> done.remove("next"));
          JsonAnswer.send(context, done.toBuffer());
        });
  }

  private void redeliverOne(RoutingContext context) throws ProblemException {
    LetterId id = id(context.pathParam("id"));
    answer(
        context,
        nodes.ask(OwnDeadLetters.REDELIVER_ONE, Long.toString(id.number()), id.node()),
        done -> JsonAnswer.send(context, known(done)));
  }

  private void remove(RoutingContext context) throws ProblemException {
    LetterId id = id(context.pathParam("id"));
    answer(
        context,
        nodes.ask(OwnDeadLetters.REMOVE, Long.toString(id.number()), id.node()),
        done -> {
          known(done);
          context.response().setStatusCode(204).end();
        });
  }

  private void purge(RoutingContext context) {
    OwnDeadLetters.Question question = new OwnDeadLetters.Question(0, 0, filter(context.request()));
    answer(
        context,
        nodes.ask(OwnDeadLetters.PURGE, question.text()),
        said -> {
          long purged =
              said.answers().stream()
                  .mapToLong(answer -> new JsonObject(answer).getLong("purged"))
                  .sum();
          JsonAnswer.send(
              context,
              json -> {
                json.writeStartObject();
                json.writeNumberField("purged", purged);
                JsonAnswer.writeUnreachable(json, said.unreachable());
                json.writeEndObject();
              });
        });
  }

  private static Buffer known(Buffer done) throws ProblemException {
    if (done.length() == 0) {
      throw unknown();
    }
    return done;
  }

  private LetterId after(PageRequest page) throws ProblemException {
    String after = page.after();
    return after.isEmpty() || after.equals("0") ? new LetterId(nodes.names().get(0), 0) : id(after);
  }

  /** The node whose letters come behind those of another one. */
  private Optional<String> following(String node) {
    return nodes.names().stream().filter(name -> name.compareTo(node) > 0).findFirst();
  }

  private LetterId id(String text) throws ProblemException {
    return LetterId.read(text, nodes.self());
  }

  private String text(LetterId id) {
    return nodes.isCluster() ? id.text() : Long.toString(id.number());
  }

  private static DeadLetters.Filter filter(HttpServerRequest request) {
    String topic = request.getParam("topic");
    String subscriber = request.getParam("subscriber");
    return new DeadLetters.Filter(topic == null ? "" : topic, subscriber == null ? "" : subscriber);
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
