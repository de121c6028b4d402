package dev.carillon.client;

import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client connected: opens one connection after the other, waits between them, and gives
 * each to the subscriptions and the publishes.
 *
 * <p>Owned by the client's context.
 */
final class ClientSession {
  private static final long NOT_ASKED = -1;

  private final ContextInternal context;
  private final ClientOptions options;
  private final WebSocketClient webSockets;
  private final ClientTimer timer;
  private final RandomGenerator jitter;
  private final Handler<ReceivedGap> gapHandler;
  private final Handler<Recovery> recoveryHandler;
  private final Handler<CarillonException> errorHandler;
  private final Handler<StateChange> stateHandler;
  private final Promise<Void> firstWelcome;
  private final SubscriptionSet subscriptions;
  private final PublishQueue publishes;

  private ClientState state = ClientState.CONNECTING;
  private @Nullable Connection connection;
  private ClientTimer.@Nullable Timeout nextAttempt;
  private ClientTimer.@Nullable Timeout firstDeadline;
  private int failures;
  private long welcomedAtMs;
  private long comeBackAtMs = NOT_ASKED;
  private boolean paused;
  private String subscriberId = "";
  private String lastTrouble = "";
  private @Nullable CarillonException closedBecause;
  private Future<Void> closed = Future.succeededFuture();

  ClientSession(
      ClientBuilder builder,
      ContextInternal context,
      WebSocketClient webSockets,
      CommandIds commandIds) {
    this.context = context;
    this.options = builder.options;
    this.webSockets = webSockets;
    this.timer = builder.timer;
    this.jitter = builder.jitter;
    this.gapHandler = builder.gapHandler;
    this.recoveryHandler = builder.recoveryHandler;
    this.errorHandler = builder.errorHandler;
    this.stateHandler = builder.stateHandler;
    this.firstWelcome = context.promise();
    this.subscriptions = new SubscriptionSet(new SubscriptionOwner(commandIds));
    this.publishes = new PublishQueue(options.publish(), timer, jitter);
  }

  /** Done with the first welcome. */
  Future<Void> welcomed() {
    return firstWelcome.future();
  }

  void start() {
    long withinMs = options.connect().firstWithin().toMillis();
    if (withinMs > 0) {
      firstDeadline = timer.schedule(withinMs, () -> onFirstDeadline(withinMs));
    }
    open();
  }

  private void onFirstDeadline(long withinMs) {
    String trouble = lastTrouble.isEmpty() ? "no answer" : lastTrouble;
    terminate(
        new CarillonException(
            CarillonException.UNREACHABLE,
            "no welcome from " + options.server() + " within " + withinMs + " ms: " + trouble,
            true));
  }

  private void open() {
    comeBackAtMs = NOT_ASKED;
    change(ClientState.CONNECTING, "connecting to " + options.server(), 0);
    if (closedBecause == null) {
      connection =
          Connection.open(
              webSockets, target(), options.liveness(), timer, new ConnectionListener());
    }
  }

  private WebSocketConnectOptions target() {
    QueryStringEncoder uri = new QueryStringEncoder(options.server().webSocketPath());
    Identity identity = options.identity();
    identity.subscriber().ifPresent(id -> uri.addParam("subscriber", id));
    if (identity.takeover()) {
      uri.addParam("takeover", "true");
    }
    identity.token().ifPresent(token -> uri.addParam("token", token));
    return new WebSocketConnectOptions()
        .setHost(options.server().host())
        .setPort(options.server().port())
        .setSsl(options.server().tls())
        .setURI(uri.toString());
  }

  void subscribe(Subscription subscription) {
    if (closedBecause != null) {
      subscription.ready().tryFail(closedBecause);
    } else {
      subscriptions.add(subscription);
    }
  }

  void unsubscribe(Subscription subscription) {
    subscriptions.remove(subscription);
    subscription
        .ready()
        .tryFail(
            new CarillonException(
                CarillonException.CLOSED, "unsubscribed before it was confirmed", false));
  }

  void publish(PendingPublish publish) {
    if (closedBecause != null) {
      publish.failUntried(closedBecause);
    } else {
      publishes.add(publish);
    }
  }

  void pause() {
    paused = true;
    // Before the welcome there is nothing to hold back but the welcome.
    if (connection != null && state == ClientState.CONNECTED) {
      connection.pause();
    }
  }

  void resume() {
    paused = false;
    if (connection != null) {
      connection.resume(task -> context.runOnContext(ignored -> task.run()));
    }
  }

  String subscriberId() {
    return subscriberId;
  }

  Future<Void> close() {
    terminate(new CarillonException(CarillonException.CLOSED, "the client was closed", false));
    return closed;
  }

  private void terminate(CarillonException because) {
    if (closedBecause != null) {
      return;
    }
    closedBecause = because;
    cancel(nextAttempt);
    cancel(firstDeadline);
    Connection open = connection;
    connection = null;
    Future<Void> goodbye = open == null ? Future.succeededFuture() : open.close();
    closed = goodbye.transform(ignored -> webSockets.close());
    subscriptions.close(because);
    publishes.close(because);
    firstWelcome.tryFail(because);
    change(ClientState.CLOSED, String.valueOf(because.getMessage()), 0);
  }

  private static void cancel(ClientTimer.@Nullable Timeout timeout) {
    if (timeout != null) {
      timeout.cancel();
    }
  }

  private void change(ClientState next, String reason, long retryInMs) {
    state = next;
    tell(stateHandler, new StateChange(next, reason, retryInMs));
  }

  /** Calls the application, whose mistakes must not break the session. */
  private <T> void tell(Handler<T> handler, T about) {
    try {
      handler.handle(about);
    } catch (RuntimeException e) {
      CarillonException failure =
          new CarillonException(
              CarillonException.HANDLER_FAILED, "a handler failed: " + Messages.of(e), false);
      failure.initCause(e);
      report(failure);
    }
  }

  /** Tells the error handler. */
  void report(CarillonException failure) {
    try {
      errorHandler.handle(failure);
    } catch (RuntimeException e) {
      context.reportException(e);
    }
  }

  /** What becomes of a connection; a connection that was replaced is not heard any more. */
  private final class ConnectionListener implements Connection.Listener {

    @Override
    public void onWelcome(Connection from, ServerFrame.Welcome welcome) {
      if (from != connection) {
        return;
      }
      cancel(firstDeadline);
      subscriberId = welcome.subscriber();
      welcomedAtMs = timer.nowMs();
      String greeting = "connected to " + options.server() + " as " + subscriberId;
      change(ClientState.CONNECTED, greeting, 0);
      subscriptions.connected(from);
      publishes.connected(from);
      firstWelcome.tryComplete();
      if (paused) {
        from.pause();
      }
    }

    @Override
    public void onFrame(Connection from, ServerFrame frame) {
      if (from != connection) {
        return;
      }
      if (frame instanceof ServerFrame.Delivery delivery) {
        ReceivedEvent event = delivery.event();
        subscriptions.deliver(event, to -> tell(to.handler(), event));
      } else if (frame instanceof ServerFrame.Reply reply) {
        if (!publishes.onReply(reply)) {
          subscriptions.onReply(reply);
        }
      } else if (frame instanceof ServerFrame.Loss loss) {
        subscriptions.lost(loss.gap());
        tell(gapHandler, loss.gap());
      } else if (frame instanceof ServerFrame.GoAway goAway) {
        onGoAway(from, goAway);
      }
    }

    private void onGoAway(Connection from, ServerFrame.GoAway goAway) {
      comeBackAtMs = timer.nowMs() + goAway.reconnectAfterMs();
      lastTrouble = "the server is going away (" + goAway.reason() + ")";
      timer.schedule(
          goAway.reconnectAfterMs(),
          () -> {
            if (from == connection) {
              from.close();
            }
          });
    }

    @Override
    public void onDrain(Connection from) {
      if (from == connection) {
        publishes.pump();
      }
    }

    @Override
    public void onEnd(Connection from, CloseCause cause) {
      if (from != connection) {
        return;
      }
      connection = null;
      boolean wasConnected = state == ClientState.CONNECTED;
      subscriptions.disconnected();
      publishes.disconnected();
      if (cause.terminal()) {
        terminate(new CarillonException(CarillonException.CLOSED, cause.message(), false));
        return;
      }
      if (comeBackAtMs == NOT_ASKED) {
        lastTrouble = cause.message();
      }
      long delayMs = waitMs(wasConnected);
      nextAttempt = timer.schedule(delayMs, ClientSession.this::open);
      change(ClientState.WAITING, lastTrouble, delayMs);
    }

    private long waitMs(boolean wasConnected) {
      ConnectPolicy policy = options.connect();
      if (wasConnected && timer.nowMs() - welcomedAtMs >= policy.stableAfter().toMillis()) {
        failures = 0;
      }
      // After a goaway the server has spread its clients out already.
      return comeBackAtMs == NOT_ASKED
          ? policy.backoff().delayMs(failures++, jitter)
          : Math.max(0, comeBackAtMs - timer.nowMs());
    }
  }

  /** What the subscriptions need. */
  private final class SubscriptionOwner implements SubscriptionSet.Owner {
    private final CommandIds commandIds;

    SubscriptionOwner(CommandIds commandIds) {
      this.commandIds = commandIds;
    }

    @Override
    public long nextCommandId() {
      return commandIds.next();
    }

    @Override
    public void afterBackoff(int refusals, Runnable task) {
      timer.schedule(options.publish().backoff().delayMs(refusals, jitter), task);
    }

    @Override
    public int retries() {
      return options.publish().retries();
    }

    @Override
    public ClientTimer.Timeout watch(String command) {
      Connection asked = connection;
      long withinMs = options.liveness().handshake().toMillis();
      return timer.schedule(
          withinMs,
          () -> {
            // A reader that pauses itself can't expect an answer.
            if (asked != null && asked == connection && !paused) {
              asked.fail("no answer to " + command + " within " + withinMs + " ms");
            }
          });
    }

    @Override
    public void lost(ReceivedGap gap) {
      tell(gapHandler, gap);
    }

    @Override
    public void recovered(Recovery recovery) {
      tell(recoveryHandler, recovery);
    }

    @Override
    public void report(CarillonException failure) {
      ClientSession.this.report(failure);
    }
  }
}
