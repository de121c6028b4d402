package dev.carillon.client;

import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The fake server's end of one connection. */
public final class Peer {
  private static final long PATIENCE_S = 10;
  private static final Duration STALLED_AFTER = Duration.ofMillis(500);

  private final ServerWebSocket socket;
  private final BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

  Peer(ServerWebSocket socket) {
    this.socket = socket;
    socket.textMessageHandler(text -> received.add(new JsonObject(text)));
    socket.closeHandler(ignored -> closed.add((int) socket.closeStatusCode()));
  }

  /** The path and query that the client asked for. */
  public String uri() {
    return socket.uri();
  }

  public void send(JsonObject frame) {
    socket.writeTextMessage(frame.encode());
  }

  public void send(String frame) {
    socket.writeTextMessage(frame);
  }

  public void event(String topic, int n) {
    send(
        "{\"type\":\"event\",\"topic\":\""
            + topic
            + "\",\"id\":\"e-"
            + n
            + "\",\"time\":\"2026-11-23T17:00:00.123Z\",\"data\":"
            + n
            + "}");
  }

  /**
   * Sends large events until the client takes no more.
   *
   * @return how many: {@code most} when it never stopped
   */
  public int sendLargeUntilItStalls(String topic, int most) {
    String event =
        "{\"type\":\"event\",\"topic\":\""
            + topic
            + "\",\"id\":\"e\",\"time\":\"t\",\"data\":\""
            + "x".repeat(50_000)
            + "\"}";
    int sent = 0;
    do {
      while (!writeQueueFull() && sent < most) {
        send(event);
        sent++;
      }
    } while (sent < most && drains());
    return sent;
  }

  private boolean drains() {
    try {
      Awaitility.await().atMost(STALLED_AFTER).until(() -> !writeQueueFull());
      return true;
    } catch (ConditionTimeoutException stalled) {
      return false;
    }
  }

  /** The next frame, whatever it is. */
  public JsonObject next() throws InterruptedException {
    JsonObject frame = received.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("no frame came within " + PATIENCE_S + " s");
    }
    return frame;
  }

  /** The next frame, which must be of this type. */
  public JsonObject expect(String type) throws InterruptedException {
    JsonObject frame = next();
    if (!type.equals(frame.getString("type"))) {
      throw new AssertionError("expected a frame of type " + type + " but got " + frame);
    }
    return frame;
  }

  /** Takes a subscribe and confirms it. */
  public JsonObject confirmSubscribe() throws InterruptedException {
    JsonObject command = expect("subscribe");
    JsonArray topics = new JsonArray();
    command
        .getJsonArray("topics")
        .forEach(topic -> topics.add(new JsonObject().put("topic", topic)));
    send(reply("subscribed", command).put("topics", topics));
    return command;
  }

  /** Takes a publish and acknowledges it. */
  public JsonObject confirmPublish() throws InterruptedException {
    JsonObject command = expect("publish");
    send(reply("published", command).put("eventId", command.getString("eventId")));
    return command;
  }

  /** Refuses a command. */
  public void refuse(JsonObject command, String code, boolean retryable) {
    send(
        reply("error", command)
            .put("code", code)
            .put("message", "because of " + code)
            .put("retryable", retryable));
  }

  public static JsonObject reply(String type, JsonObject command) {
    return new JsonObject().put("type", type).put("id", command.getValue("id"));
  }

  /** Whether nothing has come that was not taken. */
  public boolean isQuiet() {
    return received.isEmpty();
  }

  public void close(int code) {
    socket.close((short) code, "because of " + code);
  }

  /** Stops taking what the client sends. */
  public void pause() {
    socket.pause();
  }

  public boolean writeQueueFull() {
    return socket.writeQueueFull();
  }

  /** The code with which the client closed. */
  public int awaitClose() throws InterruptedException {
    Integer code = closed.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (code == null) {
      throw new AssertionError("not closed within " + PATIENCE_S + " s");
    }
    return code;
  }
}
