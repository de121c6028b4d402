package dev.carillon.gateway;

import dev.carillon.cluster.EventBytes;
import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.publish.PublishOutcome;
import dev.carillon.publish.PublishRequest;
import dev.carillon.store.DeadLetter;
import dev.carillon.store.DeadLetter.Lost;
import dev.carillon.store.DeadLetter.LostRange;
import dev.carillon.store.HistoryPage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings dead letters back: to the subscriber that lost them, or to their topic when it is gone.
 * What is brought back is no dead letter any more; what finds no room stays one.
 */
final class Redelivery {
  /** Events of a range that are brought back at once; the rest stays. */
  private static final int MAX_EVENTS = 1000;

  /** The question of another node whether a subscriber is here, and takes these events. */
  private static final String DELIVER = "dead-letters.deliver";

  private final Node node;
  private final Gateway gateway;

  Redelivery(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
    node.cluster().ifPresent(cluster -> cluster.calls().answer(DELIVER, this::deliverHere));
  }

  /** Brings all of them back, one after the other; completes with how many events that were. */
  Future<Long> redeliver(List<DeadLetter> letters) {
    Future<Long> sum = Future.succeededFuture(0L);
    for (DeadLetter letter : letters) {
      sum = sum.compose(before -> redeliver(letter).map(events -> before + events));
    }
    return sum;
  }

  private Future<Long> redeliver(DeadLetter letter) {
    return events(letter)
        .compose(
            events ->
                here(letter.subscriber(), events)
                    .compose(
                        taken ->
                            taken.isPresent()
                                ? Future.succeededFuture(taken)
                                : elsewhere(letter.subscriber(), events))
                    .compose(
                        taken ->
                            taken.isPresent()
                                ? Future.succeededFuture(taken.get())
                                : toTopic(events))
                    .compose(taken -> settle(letter, events, taken)));
  }

  /** The events of a letter, as far as they are still there. */
  private Future<List<EventFrame>> events(DeadLetter letter) {
    if (letter.content() instanceof Lost lost) {
      return Future.succeededFuture(List.of(new EventFrame(lost.event())));
    }
    if (node.history().isPresent() && letter.content() instanceof LostRange range) {
      int many = (int) Math.min(MAX_EVENTS, range.to() - range.from() + 1);
      return gateway
          .hear(
              node.history()
                  .get()
                  .topics()
                  .store()
                  .read(letter.topic(), range.from() - 1, many, Long.MAX_VALUE))
          .map(page -> within(page, range));
    }
    return Future.succeededFuture(List.of());
  }

  private static List<EventFrame> within(HistoryPage page, LostRange range) {
    return page.bounds().epoch().equals(range.epoch())
        ? page.frames().stream().filter(frame -> frame.offset() <= range.to()).toList()
        : List.of();
  }

  /** How many of the events the subscriber took; empty when it is not connected to this node. */
  private Future<Optional<Integer>> here(String subscriber, List<EventFrame> events) {
    return node.ask(gateway, asked -> toSubscriber(asked, subscriber, events))
        .map(answers -> answers.stream().flatMap(Optional::stream).findFirst());
  }

  /** The same of the other nodes of the cluster. */
  private Future<Optional<Integer>> elsewhere(String subscriber, List<EventFrame> events) {
    if (node.cluster().isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    NodeCluster cluster = node.cluster().get();
    // Subscriber ids are ASCII, and 128 characters at most.
    Buffer question =
        Buffer.buffer()
            .appendByte((byte) subscriber.length())
            .appendString(subscriber)
            .appendBuffer(EventBytes.of(events));
    List<Future<Buffer>> asked =
        cluster.membership().others().stream()
            .map(other -> cluster.calls().ask(other.id(), DELIVER, question, AllNodes.WITHIN_MS))
            .toList();
    Promise<Optional<Integer>> taken = Promise.promise();
    Future.join(asked).onComplete(done -> gateway.run(() -> taken.handle(taken(asked))));
    return taken.future();
  }

  private static Future<Optional<Integer>> taken(List<Future<Buffer>> asked) {
    Optional<Integer> taken =
        asked.stream()
            .filter(answer -> answer.succeeded() && answer.result().length() > 0)
            .map(answer -> answer.result().getInt(0))
            .findFirst();
    // To the topic it goes only where nobody has the subscriber.
    return taken.isEmpty() && asked.stream().anyMatch(Future::failed)
        ? Future.failedFuture(
            ProblemException.overloaded(
                "whether the subscriber is connected can't be found out now; try again later"))
        : Future.succeededFuture(taken);
  }

  private Future<Buffer> deliverHere(Buffer question) {
    int length = question.getByte(0) & 0xff;
    String subscriber = question.getString(1, 1 + length);
    List<EventFrame> events = EventBytes.read(question.getBuffer(1 + length, question.length()));
    return here(subscriber, events)
        .map(taken -> taken.map(many -> Buffer.buffer().appendInt(many)).orElseGet(Buffer::buffer));
  }

  /** How many of the events the subscriber took; empty when it is not connected there. */
  private static Optional<Integer> toSubscriber(Gateway asked, String id, List<EventFrame> events) {
    return asked
        .session(id)
        .map(
            session -> {
              int taken = 0;
              while (taken < events.size()
                  && asked.hub().redeliver(session.subscriber(), events.get(taken))) {
                taken++;
              }
              asked.flushLater();
              return taken;
            });
  }

  private Future<Integer> toTopic(List<EventFrame> events) {
    if (events.isEmpty()) {
      return Future.succeededFuture(0);
    }
    List<PublishRequest> requests = new ArrayList<>(events.size());
    for (EventFrame frame : events) {
      Event event = frame.event();
      // Under a new id: the old one is known, and would not be published again.
      requests.add(new PublishRequest(event.topic(), event.data(), event.key(), Optional.empty()));
    }
    Promise<Integer> done = Promise.promise();
    gateway
        .publisher()
        .publish(
            new UnpacedSource(),
            requests,
            outcome -> {
              if (outcome instanceof PublishOutcome.Refused refused) {
                done.fail(new RefusedException(refused.code(), refused.message()));
              } else {
                done.complete(requests.size());
              }
            });
    return done.future();
  }

  /** Removes what was brought back; of a range the rest stays. */
  private Future<Long> settle(DeadLetter letter, List<EventFrame> events, int taken) {
    if (taken == 0 && !events.isEmpty()) {
      return Future.succeededFuture(0L);
    }
    if (letter.content() instanceof LostRange range) {
      long next = events.isEmpty() ? range.to() + 1 : events.get(taken - 1).offset() + 1;
      if (next <= range.to()) {
        node.deadLetters()
            .write(List.of(letter.with(0, new LostRange(range.epoch(), next, range.to()))));
      }
    }
    return gateway.hear(node.deadLetters().remove(List.of(letter.id()))).map(gone -> (long) taken);
  }
}
