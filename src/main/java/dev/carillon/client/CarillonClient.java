package dev.carillon.client;

import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection to Carillon that comes back by itself.
 *
 * <p>Belongs to the Vert.x context on which it was built (a new one where there was none): every
 * handler and every future of it is called there. Its methods may be called from any thread.
 *
 * <p>When the connection breaks, the client waits (full jitter, doubling), connects again and asks
 * for all its topics again, on topics with history from where it was, so that nothing is missed and
 * nothing comes twice; the server's {@code goaway} says when to come back. It stops for good where
 * the server says that coming back is no use: close codes 4400 to 4499, and HTTP answers of 4xx
 * other than 408, 425 and 429.
 */
public final class CarillonClient {
  private final ContextInternal context;
  private final ClientOptions options;
  private final CommandIds commandIds = new CommandIds();
  private final EventIds eventIds;
  private final PublishAdmission admission;
  private final ClientSession session;

  CarillonClient(ClientBuilder builder) {
    this.context = (ContextInternal) builder.vertx.getOrCreateContext();
    this.options = builder.options;
    this.eventIds = new EventIds(builder.idSource);
    this.admission = new PublishAdmission(options.publish());
    WebSocketClientOptions transport =
        new WebSocketClientOptions()
            .setTryUsePerMessageCompression(false)
            .setTryUsePerFrameCompression(false)
            .setMaxFrameSize(options.maxFrameBytes())
            .setMaxMessageSize(options.maxFrameBytes())
            .setConnectTimeout((int) options.liveness().handshake().toMillis())
            .setTcpNoDelay(true)
            .setClosingTimeout(2);
    this.session =
        new ClientSession(
            builder,
            context,
            builder.vertx.createWebSocketClient(builder.transport.apply(transport)),
            commandIds);
  }

  /** Connects without handlers for gaps, errors and states; see {@link #builder}. */
  public static Future<CarillonClient> connect(Vertx vertx, ClientOptions options) {
    return builder(vertx, options).connect();
  }

  /** Prepares a client. */
  public static ClientBuilder builder(Vertx vertx, ClientOptions options) {
    return new ClientBuilder(vertx, options);
  }

  Future<CarillonClient> start() {
    later(session::start);
    return session.welcomed().map(this);
  }

  /**
   * Asks for topics and patterns. An event comes to a handler once, however many of its topics
   * match.
   *
   * @param topics one or more; {@code *} stands for one token, a last {@code >} for one or more
   * @param handler called with each event, in order per topic; what it throws goes to the error
   *     handler
   * @return done when the server has confirmed all of them: events published afterwards come.
   *     Failed when one is refused; a refusal that may pass is tried again as often as a publish
   *     would be. While there is no connection it waits
   * @throws IllegalArgumentException when a topic is not one, or there is none
   */
  public Future<Subscription> subscribe(List<String> topics, Handler<ReceivedEvent> handler) {
    return subscribe(topics, Map.of(), handler);
  }

  /**
   * The same, beginning in the histories of its topics. Topics that keep none begin live.
   *
   * @param from where to begin in each of them, at the first connection; after a reconnect it goes
   *     on where it was
   */
  public Future<Subscription> subscribe(
      List<String> topics, From from, Handler<ReceivedEvent> handler) {
    Map<String, From> all = new HashMap<>();
    topics.forEach(topic -> all.put(topic, from));
    return subscribe(topics, all, handler);
  }

  /**
   * The same, with a place for each topic: such as {@link Subscription#positions} of an earlier
   * process.
   *
   * @param from by topic or pattern of {@code topics}, or by topic that one of the patterns
   *     matches; what a pattern has holds for every topic without a place of its own. What has no
   *     place begins live
   * @return failed with {@code already_subscribed} where another subscription of this client asks
   *     for a topic or pattern that has a place here
   * @throws IllegalArgumentException when a place is of none of the topics
   */
  public Future<Subscription> subscribe(
      List<String> topics, Map<String, ? extends From> from, Handler<ReceivedEvent> handler) {
    Map<String, From> places = new HashMap<>(from);
    places.values().removeIf(place -> place instanceof From.Live);
    Promise<Subscription> ready = context.promise();
    Subscription subscription = new Subscription(this, topics, places, handler, ready);
    onOwnContext(() -> session.subscribe(subscription));
    return ready.future();
  }

  Future<Map<String, From.Behind>> positions(Subscription subscription) {
    Promise<Map<String, From.Behind>> positions = context.promise();
    onOwnContext(() -> positions.complete(subscription.places().positions()));
    return positions.future();
  }

  Future<Void> unsubscribe(Subscription subscription) {
    Promise<Void> done = context.promise();
    onOwnContext(
        () -> {
          session.unsubscribe(subscription);
          done.complete();
        });
    return done.future();
  }

  /**
   * Publishes JSON and waits for the acknowledgement; see {@link #publish(OutgoingEvent)}.
   *
   * @throws IllegalArgumentException when the topic is not one
   */
  public Future<Published> publish(String topic, JsonObject data) {
    return publish(OutgoingEvent.json(topic, data.encode()));
  }

  /**
   * Publishes an event and waits for the acknowledgement.
   *
   * <p>Timeouts, lost connections and refusals that may pass are tried again, as the {@link
   * PublishPolicy} allows, always under the same event id, so that the event is published once.
   * Events go out in the order they were given, also over a reconnect; an event that was refused
   * for now, or not answered in time, may end up behind later ones. The future of a publish that is
   * given up fails with a {@link PublishFailedException}, and the error handler is called with the
   * same.
   */
  public Future<Published> publish(OutgoingEvent event) {
    return submit(PublishFrame.of(commandIds.next(), event, eventIds))
        .map(results -> results.get(0));
  }

  /**
   * Publishes events in one command: all are taken, or none. Their answers come in order.
   *
   * @throws IllegalArgumentException when there are none
   */
  public Future<List<Published>> publishBatch(List<OutgoingEvent> events) {
    if (events.isEmpty()) {
      throw new IllegalArgumentException("a batch without events; allowed: one or more");
    }
    return submit(PublishFrame.ofBatch(commandIds.next(), events, eventIds));
  }

  private Future<List<Published>> submit(PublishFrame frame) {
    Promise<List<Published>> promise = context.promise();
    PendingPublish publish = new PendingPublish(frame, promise);
    int events = frame.eventIds().size();
    int size = ByteBufUtil.utf8Bytes(frame.json());
    if (size > options.maxFrameBytes()) {
      publish.failUntried(
          new CarillonException(
              CarillonException.TOO_LARGE,
              "its frame of " + size + " bytes is more than " + options.maxFrameBytes(),
              false));
    } else if (!admission.tryEnter(events, size)) {
      publish.failUntried(
          new CarillonException(
              CarillonException.OVERLOADED,
              "too much is pending already: " + admission.pendingEvents() + " events",
              true));
    } else {
      promise.future().onComplete(done -> admission.leave(events, size));
      onOwnContext(() -> session.publish(publish));
    }
    return promise.future().onFailure(this::report);
  }

  private void report(Throwable failure) {
    if (failure instanceof CarillonException known) {
      session.report(known);
    }
  }

  /**
   * Stops reading from the socket until {@link #resume}, so that the server feels it and its queue
   * for this subscriber, not this process's memory, takes what comes. Answers to publishes are not
   * read either.
   */
  public void pause() {
    onOwnContext(session::pause);
  }

  /** Reads on after {@link #pause}. */
  public void resume() {
    onOwnContext(session::resume);
  }

  /** The id under which the server knows this client now. */
  public Future<String> subscriberId() {
    Promise<String> id = context.promise();
    onOwnContext(() -> id.complete(session.subscriberId()));
    return id.future();
  }

  /**
   * Closes the connection and fails what is pending.
   *
   * @return done when the connection is closed; repeated calls do nothing
   */
  public Future<Void> close() {
    Promise<Void> done = context.promise();
    onOwnContext(() -> session.close().onComplete(done));
    return done.future();
  }

  private void onOwnContext(Runnable task) {
    Context current = Vertx.currentContext();
    if (current instanceof ContextInternal here && here.unwrap() == context.unwrap()) {
      task.run();
    } else {
      later(task);
    }
  }

  private void later(Runnable task) {
    context.runOnContext(ignored -> task.run());
  }
}
