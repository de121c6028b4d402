package dev.carillon.cluster;

import dev.carillon.cluster.Interest.Changes;
import dev.carillon.cluster.RelayMessage.Attachment;
import dev.carillon.cluster.RelayMessage.BatchTaken;
import dev.carillon.cluster.RelayMessage.Detachment;
import dev.carillon.cluster.RelayMessage.InterestChange;
import dev.carillon.cluster.RelayMessage.Publication;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.function.LongFunction;

/**
 * The way for a verticle to take part: it asks for topics, gets their events in batches, and may
 * publish.
 *
 * <p>Belongs to the context that registered it, and calls its handler there. A handler that is slow
 * loses events past {@code maxBytes} on their way to it; the next batch says how many of which
 * topic. Needs a deployed {@link RelayVerticle} on the same Vert.x instance.
 */
public final class TopicConsumer {
  /** On their way to a consumer at most, unless said otherwise. */
  public static final long DEFAULT_MAX_BYTES = 1 << 20;

  private static final long RELAY_ANSWERS_WITHIN_MS = 10_000;

  private final Context context;
  private final String address = "carillon.consumer." + UUID.randomUUID();
  private final LocalMessages messages;
  private final Handler<EventBatch> handler;
  private final MessageConsumer<Object> registration;
  private final Interest interest = new Interest();
  private final Map<Long, Runnable> publications = new HashMap<>();
  private final Map<Long, Promise<RelayCounts>> questions = new HashMap<>();
  private final Map<Long, Promise<NodeView>> views = new HashMap<>();

  /** What came while no more was to be taken; few, for batches are sent as they are taken. */
  private final Queue<ConsumerMessage> held = new ArrayDeque<>();

  private boolean holding;
  private long lastPublication;
  private long lastQuestion;
  private boolean closed;

  private TopicConsumer(Vertx vertx, boolean paced, long maxBytes, Handler<EventBatch> handler) {
    if (Vertx.currentContext() == null) {
      throw new IllegalStateException(
          "a consumer belongs to a Vert.x context: register it in a verticle's start()");
    }
    this.context = vertx.getOrCreateContext();
    this.handler = handler;
    this.messages = new LocalMessages(vertx);
    this.registration = messages.hear(address, ConsumerMessage.class, this::heard);
    toRelay(new Attachment(address, paced, maxBytes));
  }

  /**
   * Registers for the topics that match {@code pattern}.
   *
   * @param events called on this context; with every event that is published once the result is
   *     there, and perhaps with some that are published before
   * @return completes on this context when the registration is in force; fails when no relay
   *     answers within ten seconds
   * @throws dev.carillon.event.InvalidTopicException when the pattern is outside the grammar
   * @throws IllegalStateException when not called on a Vert.x context
   */
  public static Future<TopicConsumer> register(
      Vertx vertx, String pattern, Handler<EventBatch> events) {
    return register(vertx, pattern, events, RELAY_ANSWERS_WITHIN_MS);
  }

  static Future<TopicConsumer> register(
      Vertx vertx, String pattern, Handler<EventBatch> events, long answerWithinMs) {
    Pattern wanted = new Pattern(pattern);
    TopicConsumer consumer = new TopicConsumer(vertx, false, DEFAULT_MAX_BYTES, events);
    long deadline = vertx.setTimer(answerWithinMs, timer -> consumer.close());
    return consumer
        .subscribe(wanted)
        .onComplete(done -> vertx.cancelTimer(deadline))
        .map(consumer)
        .recover(
            closed ->
                Future.failedFuture(
                    new IllegalStateException(
                        "no relay answered: is a RelayVerticle deployed on this Vert.x?", closed)));
  }

  /**
   * Registers a consumer that publishers wait for: their admission is given back when it has taken
   * their events. Its handler must hand every batch on at once. It asks for nothing yet.
   *
   * @param maxBytes of events on their way to it, at most
   * @throws IllegalStateException when not called on a Vert.x context
   */
  public static TopicConsumer registerPaced(
      Vertx vertx, long maxBytes, Handler<EventBatch> events) {
    return new TopicConsumer(vertx, true, maxBytes, events);
  }

  /**
   * Asks for one more topic or pattern; asking twice counts twice.
   *
   * @return completes on this context when every event published from then on will come; fails when
   *     this is closed before
   */
  public Future<Void> subscribe(Pattern pattern) {
    if (closed) {
      return Future.failedFuture("closed");
    }
    boolean scheduled = interest.hasChanges();
    Future<Void> inForce = interest.add(pattern);
    sendChangesLater(scheduled);
    return inForce;
  }

  /** Takes one {@link #subscribe} back. */
  public void unsubscribe(Pattern pattern) {
    boolean scheduled = interest.hasChanges();
    interest.remove(pattern);
    sendChangesLater(scheduled);
  }

  /** Different topics and patterns asked for now. */
  public int topics() {
    return interest.size();
  }

  /**
   * Publishes events in their order. Never waits: the caller bounds what it has on its way.
   *
   * @param taken runs on this context when all paced consumers that wanted them have them
   */
  public void publish(List<EventFrame> frames, Runnable taken) {
    long number = ++lastPublication;
    publications.put(number, taken);
    toRelay(new Publication(address, number, frames));
  }

  /**
   * Prepares to publish from another thread.
   *
   * @param taken as of {@link #publish}
   */
  public PreparedPublication prepare(Runnable taken) {
    long number = ++lastPublication;
    publications.put(number, taken);
    return new PreparedPublication() {
      @Override
      public void publish(List<EventFrame> frames) {
        toRelay(new Publication(address, number, frames));
      }

      @Override
      public void cancel() {
        publications.remove(number);
      }
    };
  }

  /** Announces a gap of one topic to everybody who asked for it. For any thread. */
  public void announce(Gap gap) {
    toRelay(new RelayMessage.Announcement(gap));
  }

  /** Says that an event is stored: who did not get it reads it from the history. */
  public void storedAgain(String topic, Position position) {
    toRelay(
        new RelayMessage.StoredAgain(
            new Hole(topic, position.epoch(), position.offset(), position.offset())));
  }

  /**
   * What the node's relay counted.
   *
   * @return completes on this context; fails when this is closed, at the latest when it is
   */
  public Future<RelayCounts> relayCounts() {
    return ask(questions, number -> new RelayMessage.CountsWanted(address, number));
  }

  /**
   * How the node and the others of its cluster see each other.
   *
   * @return as of {@link #relayCounts}
   */
  public Future<NodeView> view() {
    return ask(views, number -> new RelayMessage.ViewWanted(address, number));
  }

  /**
   * Takes nothing more until {@link #proceed}, neither events nor answers, so that their order
   * stays. For the handler of a batch that it has not handed on yet.
   */
  public void hold() {
    holding = true;
  }

  /** Takes what was held, up to a batch whose handler holds again. Harmless where nothing is. */
  public void proceed() {
    holding = false;
    ConsumerMessage next = held.poll();
    while (next != null) {
      take(next);
      next = holding ? null : held.poll();
    }
  }

  private void heard(ConsumerMessage message) {
    if (holding || !held.isEmpty()) {
      held.add(message);
    } else {
      take(message);
    }
  }

  private <T> Future<T> ask(Map<Long, Promise<T>> asked, LongFunction<RelayMessage> question) {
    if (closed) {
      return Future.failedFuture("closed");
    }
    long number = ++lastQuestion;
    Promise<T> answer = Promise.promise();
    asked.put(number, answer);
    toRelay(question.apply(number));
    return answer.future();
  }

  /**
   * Ends the registration; no batch comes afterwards, and publications on their way are not
   * answered.
   */
  public Future<Void> close() {
    if (closed) {
      return Future.succeededFuture();
    }
    closed = true;
    interest.close();
    fail(questions);
    fail(views);
    toRelay(new Detachment(address));
    return registration.unregister();
  }

  private void take(ConsumerMessage message) {
    if (message instanceof EventBatch batch) {
      if (!closed) {
        try {
          handler.handle(batch);
        } finally {
          toRelay(new BatchTaken(address, batch.number()));
        }
      }
    } else if (message instanceof ConsumerMessage.PublicationTaken taken) {
      Runnable publication = publications.remove(taken.number());
      if (publication != null) {
        publication.run();
      }
    } else if (message instanceof ConsumerMessage.InterestTaken taken) {
      interest.acknowledged(taken.number());
    } else if (message instanceof ConsumerMessage.Counted counted) {
      answer(questions, counted.number(), counted.counts());
    } else if (message instanceof ConsumerMessage.Viewed viewed) {
      answer(views, viewed.number(), viewed.view());
    }
  }

  private static void fail(Map<Long, ? extends Promise<?>> asked) {
    asked.values().forEach(question -> question.fail("closed"));
    asked.clear();
  }

  private static <T> void answer(Map<Long, Promise<T>> asked, long number, T answer) {
    Promise<T> question = asked.remove(number);
    if (question != null) {
      question.complete(answer);
    }
  }

  private void sendChangesLater(boolean scheduled) {
    if (!scheduled && interest.hasChanges()) {
      context.runOnContext(
          v -> {
            Changes changes = interest.take();
            toRelay(
                new InterestChange(address, changes.number(), changes.added(), changes.removed()));
          });
    }
  }

  private void toRelay(RelayMessage message) {
    messages.send(RelayVerticle.ADDRESS, message);
  }
}
