package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code GET /v1/subscribers}, {@code GET} and {@code DELETE /v1/subscribers/{id}}. */
final class SubscriberRoutes {
  private final Node node;
  private final Gateway gateway;

  SubscriberRoutes(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/subscribers", this::list);
    operators.get("/v1/subscribers/:id", this::show);
    operators.delete("/v1/subscribers/:id", this::disconnect);
  }

  private void list(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    List<String> ids = node.ids().after(page.after(), page.limit());
    Optional<String> next =
        ids.size() == page.limit() ? Optional.of(ids.get(ids.size() - 1)) : Optional.empty();
    Problems.answer(
        context,
        views(ids),
        views -> JsonAnswer.sendPage(context, "subscribers", List.copyOf(views), next));
  }

  private void show(RoutingContext context) {
    Problems.answer(
        context,
        views(List.of(context.pathParam("id"))),
        views -> {
          if (views.isEmpty()) {
            throw unknown();
          }
          JsonAnswer.send(context, views.iterator().next()::writeTo);
        });
  }

  private void disconnect(RoutingContext context) {
    String id = context.pathParam("id");
    Problems.answer(
        context,
        node.ask(gateway, asked -> close(asked, id)),
        closed -> {
          if (!closed.contains(true)) {
            throw unknown();
          }
          context.response().setStatusCode(204).end();
        });
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

  private static ProblemException unknown() {
    return ProblemException.of(ErrorCode.NOT_SUBSCRIBED, "no subscriber has this id");
  }
}
