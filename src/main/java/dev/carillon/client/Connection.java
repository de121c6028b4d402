package dev.carillon.client;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket from its first packet to its end. Tells its listener of the welcome, of each frame
 * after it and, exactly once and last, of its end.
 *
 * <p>Owned by the client's context.
 */
final class Connection {
  private static final String PING = "{\"type\":\"ping\",\"id\":0}";
  private static final short NORMAL = 1000;
  private static final short BAD_DATA = 1002;
  // RFC 6455 allows 123 bytes, and our own words are ASCII.
  private static final int MAX_REASON = 120;

  /** Who a connection belongs to. */
  interface Listener {
    void onWelcome(Connection connection, ServerFrame.Welcome welcome);

    void onFrame(Connection connection, ServerFrame frame);

    /** There is room to send again. */
    void onDrain(Connection connection);

    void onEnd(Connection connection, CloseCause cause);
  }

  private final Listener listener;
  private final ClientTimer timer;
  private final Liveness liveness;

  private @Nullable WebSocket socket;
  private ClientTimer.@Nullable Timeout alarm;
  private Optional<ServerFrame.Failure> lastFailure = Optional.empty();
  private String broken = "";
  private boolean welcomed;
  private boolean heard;
  private boolean paused;
  private boolean closing;
  private boolean ended;
  // The socket is closed and what it had read is still to be taken.
  private @Nullable CloseCause endAfterResume;

  private Connection(Listener listener, ClientTimer timer, Liveness liveness) {
    this.listener = listener;
    this.timer = timer;
    this.liveness = liveness;
  }

  static Connection open(
      WebSocketClient client,
      WebSocketConnectOptions to,
      Liveness liveness,
      ClientTimer timer,
      Listener listener) {
    Connection connection = new Connection(listener, timer, liveness);
    connection.alarm =
        timer.schedule(
            liveness.handshake().toMillis(),
            () -> connection.fail("no welcome within " + liveness.handshake().toMillis() + " ms"));
    client.connect(to).onComplete(connection::onSocket, connection::onConnectFailed);
    return connection;
  }

  private void onSocket(WebSocket opened) {
    if (ended) {
      hangUp(opened, NORMAL, "");
      return;
    }
    socket = opened;
    if (opened.isClosed()) {
      // Refused within the same packet as the handshake: too late for handlers.
      end(closeCause(opened));
      return;
    }
    opened.textMessageHandler(this::onText);
    opened.binaryMessageHandler(ignored -> protocolError("the server sent a binary frame"));
    opened.exceptionHandler(this::onException);
    opened.drainHandler(ignored -> listener.onDrain(this));
    opened.closeHandler(ignored -> onSocketClosed(closeCause(opened)));
  }

  private void onConnectFailed(Throwable failure) {
    if (failure instanceof UpgradeRejectedException rejected) {
      end(
          CloseCause.ofStatus(
              rejected.getStatus(), "HTTP " + rejected.getStatus() + why(rejected)));
    } else {
      end(CloseCause.broken(Messages.of(failure)));
    }
  }

  private static String why(UpgradeRejectedException rejected) {
    Buffer body = rejected.getBody();
    if (body == null || body.length() == 0) {
      return "";
    }
    try {
      JsonObject problem = body.toJsonObject();
      String detail = problem.getString("detail", problem.getString("title", ""));
      return ": " + problem.getString("code", "") + " " + detail;
    } catch (DecodeException | ClassCastException e) {
      return "";
    }
  }

  private void onText(String text) {
    heard = true;
    if (ended) {
      return;
    }
    ServerFrame frame;
    try {
      frame = FrameReader.read(text);
    } catch (CarillonException e) {
      protocolError(String.valueOf(e.getMessage()));
      return;
    }
    if (frame instanceof ServerFrame.Welcome welcome) {
      onWelcome(welcome);
    } else if (frame instanceof ServerFrame.Failure failure) {
      lastFailure = Optional.of(failure);
    } else if (welcomed) {
      listener.onFrame(this, frame);
    } else {
      protocolError("the server sent a frame before its welcome");
    }
  }

  private void onWelcome(ServerFrame.Welcome welcome) {
    if (welcomed) {
      return;
    }
    welcomed = true;
    silenceAlarm();
    alarm = timer.schedule(liveness.pingAfter().toMillis(), this::onQuietTime);
    listener.onWelcome(this, welcome);
  }

  private void onQuietTime() {
    boolean quiet = !heard;
    heard = false;
    // A paused reader must not take its own silence for the server's, but still shows that it
    // lives.
    if ((quiet || paused) && isWritable()) {
      send(PING);
    }
    if (quiet && !paused) {
      alarm = timer.schedule(liveness.pongWithin().toMillis(), this::onNoPong);
    } else {
      alarm = timer.schedule(liveness.pingAfter().toMillis(), this::onQuietTime);
    }
  }

  private void onNoPong() {
    if (heard || paused) {
      alarm = timer.schedule(liveness.pingAfter().toMillis(), this::onQuietTime);
    } else {
      fail("no answer to a ping within " + liveness.pongWithin().toMillis() + " ms");
    }
  }

  /** Whether a frame would be taken now. */
  boolean isWritable() {
    WebSocket open = socket;
    return welcomed && !ended && !closing && open != null && !open.isClosed() && !isFull(open);
  }

  private static boolean isFull(WebSocket open) {
    try {
      return open.writeQueueFull();
    } catch (IllegalStateException e) {
      // Closed between the two questions; its end is on the way.
      return true;
    }
  }

  /** Sends one frame; a frame that the socket no longer takes is lost with the connection. */
  void send(String frame) {
    WebSocket open = socket;
    if (open != null && !ended) {
      open.writeTextMessage(frame);
    }
  }

  /** Stops reading from the socket, so that the server feels it. */
  void pause() {
    paused = true;
    if (socket != null) {
      socket.pause();
    }
  }

  /** Reads on. */
  void resume(Executor later) {
    paused = false;
    heard = true;
    if (socket != null) {
      socket.resume();
    }
    if (endAfterResume != null) {
      later.execute(this::endIfRead);
    }
  }

  private void onSocketClosed(CloseCause cause) {
    if (paused && !ended) {
      endAfterResume = cause;
    } else {
      end(cause);
    }
  }

  private void endIfRead() {
    if (!paused && endAfterResume != null) {
      end(endAfterResume);
    }
  }

  /** Says goodbye; done, and ended, when the server has answered, or has not for too long. */
  Future<Void> close() {
    closing = true;
    WebSocket open = socket;
    if (open == null) {
      end(CloseCause.broken("closed before it was open"));
      return Future.succeededFuture();
    }
    return open.isClosed() ? Future.succeededFuture() : hangUp(open, NORMAL, "");
  }

  private static Future<Void> hangUp(WebSocket open, short code, String why) {
    Future<Void> closed = open.close(code, why.substring(0, Math.min(why.length(), MAX_REASON)));
    // What a paused socket had read would never be released.
    open.resume();
    return closed;
  }

  /** Gives the connection up at once. */
  void fail(String why) {
    WebSocket open = socket;
    end(CloseCause.broken(why));
    if (open != null && !open.isClosed()) {
      hangUp(open, NORMAL, "");
    }
  }

  private void protocolError(String why) {
    WebSocket open = socket;
    end(CloseCause.broken(why));
    if (open != null && !open.isClosed()) {
      hangUp(open, BAD_DATA, why);
    }
  }

  private void onException(Throwable failure) {
    broken = Messages.of(failure);
    // Vert.x drops a message that is too large and reads on; the stream has a hole then.
    if (failure instanceof IllegalStateException) {
      protocolError(broken);
    }
  }

  private CloseCause closeCause(WebSocket closed) {
    Short code = closed.closeStatusCode();
    String reason = closed.closeReason();
    if (lastFailure.isPresent()) {
      reason = lastFailure.get().code() + ": " + lastFailure.get().message();
    } else if (reason == null || reason.isEmpty()) {
      reason = broken.isEmpty() ? "the server closed the connection" : broken;
    }
    int known = code == null ? CloseCause.ABNORMAL : code;
    return CloseCause.ofCode(
        known, known == CloseCause.ABNORMAL ? reason : reason + " (close code " + known + ")");
  }

  private void end(CloseCause cause) {
    if (!ended) {
      ended = true;
      silenceAlarm();
      listener.onEnd(this, cause);
    }
  }

  private void silenceAlarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }
}
