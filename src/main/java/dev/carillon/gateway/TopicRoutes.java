package dev.carillon.gateway;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/topics} and {@code GET /v1/topics/{topic}}. */
final class TopicRoutes {
  private final Node node;
  private final Gateway gateway;

  TopicRoutes(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/topics", this::list);
    operators.get("/v1/topics/:topic", this::show);
  }

  /** What was looked at, and where the next page goes on. */
  private record Looked(List<TopicView> views, Optional<String> next) {}

  /** The same, as it is shown. */
  private record Shown(List<ShownTopic> topics, Optional<String> next) {}

  private Future<Shown> withHistories(Looked looked) {
    List<Future<ShownTopic>> shown =
        looked.views().stream()
            // A topic may have gone between the two questions.
            .filter(TopicView::isInUse)
            .map(this::withHistory)
            .toList();
    return Future.all(shown)
        .map(all -> new Shown(shown.stream().map(Future::result).toList(), looked.next()));
  }

  private void list(RoutingContext context) throws ProblemException {
    PageRequest page = PageRequest.of(context.request());
    Problems.answer(
        context,
        node.ask(gateway, asked -> TopicsInUse.after(asked, page.after(), page.limit()))
            .compose(lists -> look(TopicsInUse.first(page.limit(), lists), page.limit()))
            .compose(this::withHistories),
        shown -> JsonAnswer.sendPage(context, "topics", shown.topics(), shown.next()));
  }

  private void show(RoutingContext context) throws RefusedException {
    // A topic exists by being named: one that nobody uses has nobody and no events.
    String topic = CommandReader.pattern(context.pathParam("topic")).text();
    Problems.answer(
        context,
        look(List.of(topic), 1).compose(looked -> withHistory(looked.views().get(0))),
        shown -> JsonAnswer.send(context, shown::writeTo));
  }

  private Future<ShownTopic> withHistory(TopicView view) {
    Optional<NodeHistory> history =
        node.history().filter(kept -> !view.pattern() && kept.topics().keeps().test(view.id()));
    if (history.isEmpty()) {
      return Future.succeededFuture(new ShownTopic(view, Optional.empty()));
    }
    return gateway
        .hear(history.get().topics().store().bounds(view.id()))
        .map(Optional::of)
        // A store that can't be read takes nothing from the rest.
        .otherwise(failure -> Optional.empty())
        .map(bounds -> new ShownTopic(view, bounds));
  }

  /** Sums up what the gateways say; they may have looked at different numbers of topics. */
  private Future<Looked> look(List<String> topics, int limit) {
    return node.ask(gateway, asked -> TopicsInUse.look(asked, topics))
        .map(
            all -> {
              int known = all.stream().mapToInt(List::size).min().orElse(0);
              List<TopicView> sums = new ArrayList<>();
              for (int i = 0; i < known; i++) {
                int index = i;
                all.stream()
                    .map(views -> views.get(index))
                    .reduce(TopicView::plus)
                    .ifPresent(sums::add);
              }
              boolean more = known > 0 && (known < topics.size() || known == limit);
              return new Looked(sums, more ? Optional.of(topics.get(known - 1)) : Optional.empty());
            });
  }
}
