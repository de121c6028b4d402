package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code GET /v1/subscribers}, {@code GET} and {@code DELETE /v1/subscribers/{id}}. */
final class SubscriberRoutes {
  private static final String LIST = "subscribers.list";
  private static final String SHOW = "subscribers.show";
  private static final String CLOSE = "subscribers.close";
  private static final String NAME = "subscribers";

  private final Node node;
  private final Gateway gateway;
  private final AllNodes nodes;

  SubscriberRoutes(Node node, Gateway gateway, AllNodes nodes) {
    this.node = node;
    this.gateway = gateway;
    this.nodes = nodes;
    nodes.answer(LIST, asked -> own(PageRequest.read(asked)));
    nodes.answer(SHOW, this::own);
    nodes.answer(CLOSE, this::closeOwn);
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/subscribers", this::list);
    operators.get("/v1/subscribers/:id", this::show);
    operators.delete("/v1/subscribers/:id", this::disconnect);
  }

  private void list(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    Problems.answer(
        context,
        nodes.ask(LIST, page.text()),
        said ->
            JsonAnswer.send(
                context, MergedPage.of(said, NAME, "id", page.limit(), SubscriberRoutes::newer)));
  }

  private void show(RoutingContext context) {
    Problems.answer(
        context,
        nodes.ask(SHOW, context.pathParam("id")),
        said ->
            JsonAnswer.send(
                context,
                said.answers().stream()
                    .filter(answer -> answer.length() > 0)
                    .reduce(SubscriberRoutes::newer)
                    .orElseThrow(() -> unknown(said))));
  }

  private void disconnect(RoutingContext context) {
    Problems.answer(
        context,
        nodes.ask(CLOSE, context.pathParam("id")),
        said -> {
          if (said.answers().stream().noneMatch(answer -> answer.length() > 0)) {
            throw unknown(said);
          }
          context.response().setStatusCode(204).end();
        });
  }

  // ---- this node's part

  private Future<Buffer> own(PageRequest page) {
    List<String> ids = node.ids().after(page.after(), page.limit());
    Optional<String> next =
        ids.size() == page.limit() ? Optional.of(ids.get(ids.size() - 1)) : Optional.empty();
    return views(ids).map(views -> JsonAnswer.page(NAME, List.copyOf(views), next, List.of()));
  }

  /** One subscriber; nothing where it is not connected to this node. */
  private Future<Buffer> own(String id) {
    return views(List.of(id))
        .map(
            views ->
                views.isEmpty()
                    ? Buffer.buffer()
                    : JsonAnswer.bytes(views.iterator().next()::writeTo));
  }

  private Future<Buffer> closeOwn(String id) {
    return node.ask(gateway, asked -> close(asked, id))
        .map(closed -> Buffer.buffer(closed.contains(true) ? "closed" : ""));
  }

  /** While an id is taken over both connections may be there: the newer one counts. */
  private static JsonObject newer(JsonObject a, JsonObject b) {
    return a.getString("connectedAt").compareTo(b.getString("connectedAt")) > 0 ? a : b;
  }

  private static Buffer newer(Buffer a, Buffer b) {
    return newer(new JsonObject(a), new JsonObject(b)).toBuffer();
  }

  private static boolean close(Gateway asked, String id) {
    Optional<Session> session = asked.session(id);
    session.ifPresent(found -> found.close(CloseReason.DISCONNECTED));
    return session.isPresent();
  }

  /** What all gateways show of these subscribers, in the order of their ids. */
  private Future<Collection<SubscriberView>> views(List<String> ids) {
    return node.ask(gateway, asked -> views(asked, ids))
        .map(
            all -> {
              Map<String, SubscriberView> byId = new TreeMap<>();
              for (List<SubscriberView> views : all) {
                for (SubscriberView view : views) {
                  // While an id is taken over both connections may be there: the newer one counts.
                  byId.merge(view.id(), view, (a, b) -> a.connectedAt() > b.connectedAt() ? a : b);
                }
              }
              return byId.values();
            });
  }

  private static List<SubscriberView> views(Gateway asked, List<String> ids) {
    List<SubscriberView> views = new ArrayList<>();
    for (String id : ids) {
      asked
          .session(id)
          .ifPresent(session -> views.add(SubscriberView.of(asked.settings().node(), session)));
    }
    return views;
  }

  private static ProblemException unknown(AllNodes.Said said) {
    if (!said.unreachable().isEmpty()) {
      return ProblemException.overloaded(
          "no node that answers has this id; not heard: " + String.join(", ", said.unreachable()));
    }
    return ProblemException.of(ErrorCode.NOT_SUBSCRIBED, "no subscriber has this id");
  }
}
