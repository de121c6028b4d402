package dev.carillon.gateway;

import dev.carillon.cluster.SubscriberClaims;
import dev.carillon.event.ErrorCode;
import dev.carillon.hub.Receiver;
import dev.carillon.hub.Subscriber;
import dev.carillon.publish.PublishOutcome;
import dev.carillon.publish.PublishSource;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A WebSocket client: runs its commands, and sends what its subscriber's queue holds. */
final class WebSocketSession extends PublishSource
    implements WebSocketListener, Receiver, Session, SubscriptionCommands.Outcome {
  private final Gateway gateway;
  private final SubscriberIds.Claim claim;
  private final boolean admitted;
  private final boolean takeover;
  private final Framing framing;
  private final long connectedAt = System.currentTimeMillis();

  private @Nullable WebSocketConnection connection;
  private @Nullable Channel channel;
  private @Nullable Subscriber subscriber;
  private @Nullable SubscriptionCommands subscriptions;
  private @Nullable RateLimit rateLimit;
  private int slot;
  private int silentSeconds;
  private boolean undecided;
  private boolean reading;
  private boolean answered;
  private boolean pausedForSocket;
  private boolean pausedForPublishing;
  private boolean pausedForSubscribing;

  /**
   * Makes a session and claims its id.
   *
   * @param id the wished subscriber id, or one made for it
   * @param wished which of the two
   * @param framing plain, or deflated where that was agreed on
   * @throws ProblemException when the node is full
   */
  WebSocketSession(Gateway gateway, String id, boolean wished, boolean takeover, Framing framing)
      throws ProblemException {
    this.gateway = gateway;
    this.framing = framing;
    this.takeover = takeover;
    this.claim = new SubscriberIds.Claim(id, wished, reason -> gateway.run(() -> close(reason)));
    this.admitted =
        switch (gateway.ids().claim(claim, takeover)) {
          case ADMITTED -> true;
          case EXISTS -> false;
          case FULL -> throw ProblemException.full();
        };
  }

  // ---- as a session

  @Override
  public Subscriber subscriber() {
    if (subscriber == null) {
      throw new IllegalStateException("no subscriber yet");
    }
    return subscriber;
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public Door door() {
    return Door.WEBSOCKET;
  }

  @Override
  public Optional<String> remote() {
    return ClientAddress.text(connection().context().channel().remoteAddress());
  }

  @Override
  public void beat() {
    // A client that we don't read from can't be heard.
    silentSeconds =
        connection().heardSinceLastAsked() || pausedForPublishing || pausedForSubscribing
            ? 0
            : silentSeconds + gateway.settings().http().pingSeconds();
    if (silentSeconds >= gateway.settings().http().idleSeconds()) {
      close(CloseReason.IDLE);
    } else {
      subscriber().queue().trim();
      connection().ping();
    }
  }

  @Override
  public void goaway(String reason, long reconnectAfterMs) {
    connection().write(Answers.goaway(reason, reconnectAfterMs));
    connection().flush();
  }

  @Override
  public void close(CloseReason reason) {
    gateway.publisher().flush();
    leave();
    connection().close(reason);
  }

  // ---- what the client sends

  @Override
  public void opened(WebSocketConnection opened) {
    connection = opened;
    channel = opened.context().channel();
    if (!admitted) {
      refuseId();
      return;
    }
    Future<SubscriberClaims.Outcome> confirmed = gateway.confirm(claim, takeover);
    if (confirmed.isComplete()) {
      decide(confirmed.result());
    } else {
      undecided = true;
      // What it sends meanwhile is read after its welcome.
      opened.hold();
      confirmed.onSuccess(
          outcome -> {
            if (undecided) {
              undecided = false;
              decide(outcome);
              opened.proceed();
            }
          });
    }
  }

  private void decide(SubscriberClaims.Outcome outcome) {
    switch (outcome) {
      case ADMITTED -> {
        if (gateway.isDraining()) {
          gateway.ids().release(claim);
          connection().close(CloseReason.RESTART);
        } else {
          welcome();
        }
      }
      case TAKEN -> {
        gateway.ids().release(claim);
        refuseId();
      }
      case UNKNOWN -> {
        gateway.ids().release(claim);
        gateway.counts().refused(ErrorCode.OVERLOADED);
        connection()
            .write(Answers.error(Optional.empty(), ErrorCode.OVERLOADED, SubscriberName.UNDECIDED));
        connection().close(CloseReason.OVERLOADED);
      }
    }
  }

  private void refuseId() {
    // Said on the WebSocket: a browser's page can't read the answer to a refused handshake.
    gateway.counts().refused(ErrorCode.SUBSCRIBER_EXISTS);
    connection()
        .write(Answers.error(Optional.empty(), ErrorCode.SUBSCRIBER_EXISTS, SubscriberName.IN_USE));
    connection().close(CloseReason.SUBSCRIBER_EXISTS);
  }

  private void welcome() {
    WebSocketConnection opened = connection();
    Subscriber made = gateway.hub().subscribe(claim.id(), List.of(), this);
    subscriber = made;
    subscriptions = new SubscriptionCommands(new Subscriptions(gateway, made), this);
    slot = gateway.add(this);
    GatewaySettings settings = gateway.settings();
    opened.write(
        Answers.welcome(
            claim.id(), settings.node(), settings.hub().limits().maxEvents(), settings.overflow()));
    opened.flush();
  }

  @Override
  public void text(ByteBuf message) {
    reading = true;
    try {
      run(gateway.commandReader().read(message));
    } catch (RefusedException e) {
      refuse(e.id(), e.code(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void binary(ByteBuf message) {
    refuse(
        Optional.empty(),
        ErrorCode.BAD_REQUEST,
        "binary frames are not accepted; send bytes as dataBase64");
  }

  @Override
  public void readComplete() {
    reading = false;
    flushAnswers();
  }

  @Override
  protected void flushAnswers() {
    if (answered) {
      answered = false;
      connection().flush();
      // Answers that the client does not take must not pile up: no more commands until it reads.
      if (!connection().isWritable()) {
        pausedForSocket = true;
        applyPauses();
      }
    }
  }

  @Override
  public void writable() {
    if (pausedForSocket) {
      pausedForSocket = false;
      applyPauses();
    }
    if (subscriber != null) {
      ready(subscriber);
      gateway.writer().endOfFlush();
      gateway.hub().roomFor(subscriber);
    }
  }

  @Override
  public void closed() {
    leave();
    gateway.counts().sessionClosed(Door.WEBSOCKET, connection().closeCode());
  }

  // ---- what the hub has

  @Override
  public void ready(Subscriber ready) {
    Channel open = channel;
    // A session that closes has no subscriber any more, so nothing becomes ready.
    if (open != null) {
      gateway.writer().write(open, ready.queue(), framing);
    }
  }

  @Override
  public void overflowed(Subscriber overflowed) {
    close(CloseReason.OVERFLOW);
  }

  // ---- commands

  private void run(Command command) throws RefusedException {
    try {
      if (command instanceof Command.Publish publish) {
        publish(publish);
      } else if (command instanceof Command.OfTopics ofTopics) {
        subscriptions().run(ofTopics);
      } else {
        answer(Answers.pong(command.id()));
      }
    } catch (RefusedException e) {
      throw e.withId(command.id());
    }
  }

  @Override
  public void subscribed(Command.Subscribe command, List<SubscribedTopic> topics) {
    command
        .id()
        .ifPresent(
            id -> {
              answer(Answers.subscribed(id, topics));
              flushUnlessReading();
            });
  }

  @Override
  public void unsubscribed(Command.Unsubscribe command) {
    command
        .id()
        .ifPresent(
            id -> {
              answer(Answers.unsubscribed(id));
              flushUnlessReading();
            });
  }

  @Override
  public void refused(Command.OfTopics command, RefusedException refusal) {
    refuse(refusal.id(), refusal.code(), String.valueOf(refusal.getMessage()));
    flushUnlessReading();
  }

  /** What comes while nothing is read has no end of reading to go out with. */
  private void flushUnlessReading() {
    if (!reading) {
      connection().flush();
    }
  }

  @Override
  public void waiting(boolean doWait) {
    pausedForSubscribing = doWait;
    applyPauses();
  }

  private void publish(Command.Publish publish) throws RefusedException {
    if (!withinRate(publish.requests().size())) {
      throw RateLimit.exceeded(gateway.settings().maxEventsPerSecond());
    }
    gateway
        .publisher()
        .publish(this, publish.requests(), outcome -> answerPublish(publish, outcome));
  }

  private boolean withinRate(int events) {
    int perSecond = gateway.settings().maxEventsPerSecond();
    if (perSecond == 0) {
      return true;
    }
    long now = System.nanoTime();
    if (rateLimit == null) {
      rateLimit = new RateLimit(perSecond, now);
    }
    return rateLimit.take(events, now);
  }

  private void answerPublish(Command.Publish publish, PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Published published) {
      publish
          .id()
          .ifPresent(
              id ->
                  answer(
                      publish.batch()
                          ? Answers.published(id, published.events())
                          : Answers.published(id, published.events().get(0))));
    } else if (outcome instanceof PublishOutcome.Refused refused) {
      // Past admission an unacknowledged publish is counted by the publisher and not answered.
      if (publish.id().isPresent() || refused.code() != ErrorCode.OVERLOADED) {
        refuse(publish.id(), refused.code(), refused.message());
      }
    }
  }

  /** Answers with an error; one that belongs to no command ends the connection. */
  private void refuse(Optional<String> id, ErrorCode code, String message) {
    gateway.counts().refused(code);
    if (id.isEmpty()) {
      // What came before is answered before.
      gateway.publisher().flush();
    }
    answer(Answers.error(id, code, message));
    if (id.isEmpty()) {
      close(
          switch (code) {
            case TOO_LARGE -> CloseReason.TOO_LARGE;
            case RATE_LIMITED -> CloseReason.RATE_LIMIT;
            default -> CloseReason.BAD_FRAME;
          });
    }
  }

  private void answer(byte[] json) {
    connection().write(json);
    answered = true;
  }

  // ---- the way out

  /** Leaves nothing behind: the subscriber, its interest, its id and its place are given back. */
  private void leave() {
    if (undecided) {
      undecided = false;
      gateway.ids().release(claim);
    }
    if (subscriber == null || subscriptions == null) {
      return;
    }
    subscriptions.close();
    gateway.hub().unsubscribe(claim.id());
    gateway.remove(this, slot);
    gateway.ids().release(claim);
    subscriber = null;
    subscriptions = null;
  }

  @Override
  protected void pausePublishing() {
    pausedForPublishing = true;
    applyPauses();
  }

  @Override
  protected void resumePublishing() {
    pausedForPublishing = false;
    applyPauses();
  }

  private void applyPauses() {
    if (connection().isClosing()) {
      return;
    }
    if (pausedForSocket || pausedForPublishing || pausedForSubscribing) {
      connection().pauseReading();
    } else {
      connection().resumeReading();
    }
  }

  private WebSocketConnection connection() {
    if (connection == null) {
      throw new IllegalStateException("not opened yet");
    }
    return connection;
  }

  private SubscriptionCommands subscriptions() {
    if (subscriptions == null) {
      throw new IllegalStateException("no subscriber any more");
    }
    return subscriptions;
  }
}
