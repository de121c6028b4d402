package dev.carillon.gateway;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/topics} and {@code GET /v1/topics/{topic}}. */
final class TopicRoutes {
  private static final String LIST = "topics.list";
  private static final String SHOW = "topics.show";
  private static final String NAME = "topics";

  private final Node node;
  private final Gateway gateway;
  private final AllNodes nodes;

  TopicRoutes(Node node, Gateway gateway, AllNodes nodes) {
    this.node = node;
    this.gateway = gateway;
    this.nodes = nodes;
    nodes.answer(LIST, asked -> own(PageRequest.read(asked)));
    nodes.answer(SHOW, this::own);
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
        nodes.ask(LIST, page.text()),
        said ->
            JsonAnswer.send(
                context, MergedPage.of(said, NAME, "topic", page.limit(), TopicRoutes::sum)));
  }

  private void show(RoutingContext context) throws RefusedException {
    // A topic exists by being named: one that nobody uses has nobody and no events.
    String topic = CommandReader.pattern(context.pathParam("topic")).text();
    Problems.answer(
        context,
        nodes.ask(SHOW, topic),
        said -> {
          if (said.isWhole()) {
            JsonAnswer.send(context, said.answers().get(0));
          } else {
            sendSum(context, said);
          }
        });
  }

  private static void sendSum(RoutingContext context, AllNodes.Said said) {
    JsonObject sum =
        said.answers().stream().map(JsonObject::new).reduce(TopicRoutes::sum).orElseThrow();
    if (!said.unreachable().isEmpty()) {
      sum.put("unreachable", new JsonArray(said.unreachable()));
    }
    JsonAnswer.send(context, sum.toBuffer());
  }

  /** What two nodes say of one topic; its history is the same everywhere. */
  private static JsonObject sum(JsonObject a, JsonObject b) {
    JsonObject sum = b.copy().mergeIn(a);
    sum.put("subscribers", a.getLong("subscribers") + b.getLong("subscribers"));
    if (a.containsKey("rate")) {
      sum.put("rate", a.getDouble("rate") + b.getDouble("rate"));
    }
    return sum;
  }

  // ---- this node's part

  private Future<Buffer> own(PageRequest page) {
    return node.ask(gateway, asked -> TopicsInUse.after(asked, page.after(), page.limit()))
        .compose(lists -> look(TopicsInUse.first(page.limit(), lists), page.limit()))
        .compose(this::withHistories)
        .map(shown -> JsonAnswer.page(NAME, shown.topics(), shown.next(), List.of()));
  }

  private Future<Buffer> own(String topic) {
    return look(List.of(topic), 1)
        .compose(looked -> withHistory(looked.views().get(0)))
        .map(shown -> JsonAnswer.bytes(shown::writeTo));
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
