package dev.carillon.gateway;

import dev.carillon.store.DeadLetter;
import dev.carillon.store.DeadLetters;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The dead letters that this node keeps, as any node of its cluster may ask for them. */
final class OwnDeadLetters {
  static final String LIST = "dead-letters.list";
  static final String REDELIVER = "dead-letters.redeliver";
  static final String REDELIVER_ONE = "dead-letters.redeliverOne";
  static final String REMOVE = "dead-letters.remove";
  static final String PURGE = "dead-letters.purge";

  private final Node node;
  private final Gateway gateway;
  private final Redelivery redelivery;
  private final boolean isCluster;

  private OwnDeadLetters(Node node, Gateway gateway, boolean isCluster) {
    this.node = node;
    this.gateway = gateway;
    this.redelivery = new Redelivery(node, gateway);
    this.isCluster = isCluster;
  }

  /** From now on this node answers for its dead letters. */
  static void answer(Node node, Gateway gateway, AllNodes nodes) {
    OwnDeadLetters own = new OwnDeadLetters(node, gateway, nodes.isCluster());
    nodes.answer(LIST, asked -> own.list(Question.read(asked)).map(LetterPage::bytes));
    nodes.answer(REDELIVER, asked -> own.redeliver(Question.read(asked)));
    nodes.answer(REDELIVER_ONE, asked -> own.redeliverOne(Long.parseLong(asked)));
    nodes.answer(REMOVE, asked -> own.remove(Long.parseLong(asked)));
    nodes.answer(PURGE, asked -> own.purge(Question.read(asked)));
  }

  /**
   * Which of them are meant.
   *
   * @param after the number that the first one comes after
   */
  record Question(long after, int limit, DeadLetters.Filter filter) {
    String text() {
      return new JsonObject()
          .put("after", after)
          .put("limit", limit)
          .put("topic", filter.topic())
          .put("subscriber", filter.subscriber())
          .encode();
    }

    static Question read(String text) {
      JsonObject json = new JsonObject(text);
      return new Question(
          json.getLong("after"),
          json.getInteger("limit"),
          new DeadLetters.Filter(json.getString("topic"), json.getString("subscriber")));
    }
  }

  private Future<LetterPage> list(Question asked) {
    return page(asked)
        .map(
            letters ->
                LetterPage.of(
                    letters.stream().map(this::view).toList(), letters.size() == asked.limit()));
  }

  private DeadLetterView view(DeadLetter letter) {
    return new DeadLetterView(
        letter,
        isCluster
            ? new LetterId(gateway.settings().node(), letter.id()).text()
            : Long.toString(letter.id()));
  }

  private Future<Buffer> redeliver(Question asked) {
    return page(asked)
        .compose(
            letters ->
                redelivery.redeliver(letters).map(events -> redelivered(events, asked, letters)));
  }

  private static Buffer redelivered(long events, Question asked, List<DeadLetter> letters) {
    JsonObject done = new JsonObject().put("redelivered", events);
    if (letters.size() == asked.limit()) {
      done.put("next", letters.get(letters.size() - 1).id());
    }
    return done.toBuffer();
  }

  /** Answers nothing where there is no such letter. */
  private Future<Buffer> redeliverOne(long number) {
    return gateway
        .hear(node.deadLetters().find(List.of(number)))
        .compose(
            letters ->
                letters.isEmpty()
                    ? Future.succeededFuture(Buffer.buffer())
                    : redelivery
                        .redeliver(letters)
                        .map(events -> new JsonObject().put("redelivered", events).toBuffer()));
  }

  /** Answers nothing where there is no such letter. */
  private Future<Buffer> remove(long number) {
    return gateway
        .hear(node.deadLetters().remove(List.of(number)))
        .map(removed -> Buffer.buffer(removed == 0 ? "" : "removed"));
  }

  private Future<Buffer> purge(Question asked) {
    return gateway
        .hear(node.deadLetters().purge(asked.filter()))
        .map(purged -> new JsonObject().put("purged", purged).toBuffer());
  }

  private Future<List<DeadLetter>> page(Question asked) {
    // What was just lost is shown too.
    return node.ask(
            gateway,
            any -> {
              any.lost().flush();
              return true;
            })
        .compose(
            flushed ->
                gateway.hear(
                    node.deadLetters().list(asked.filter(), asked.after(), asked.limit())));
  }
}
