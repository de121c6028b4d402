package dev.carillon.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server whose every word the test says itself. */
public final class FakeServer {
  private static final long PATIENCE_S = 10;

  private final HttpServer http;
  private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
  private volatile int refuseWith;

  private FakeServer(Vertx vertx, int port) throws Exception {
    HttpServer unbound =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(port)
                    .setMaxWebSocketMessageSize(4 << 20))
            .webSocketHandshakeHandler(
                handshake -> {
                  if (refuseWith == 0) {
                    handshake.accept();
                  } else {
                    handshake.reject(refuseWith);
                  }
                })
            .webSocketHandler(socket -> accepted.add(new Peer(socket)));
    http = await(unbound.listen());
  }

  public static FakeServer start(Vertx vertx) throws Exception {
    return new FakeServer(vertx, 0);
  }

  /** Starts at a port that an earlier one had. */
  public static FakeServer startAt(Vertx vertx, int port) throws Exception {
    return new FakeServer(vertx, port);
  }

  public int port() {
    return http.actualPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** From now on answers handshakes with this HTTP status; 0 accepts them. */
  public void refuseWith(int status) {
    refuseWith = status;
  }

  /** The next connection; nothing has been said on it. */
  public Peer accept() throws InterruptedException {
    Peer peer = accepted.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (peer == null) {
      throw new AssertionError("no connection came within " + PATIENCE_S + " s");
    }
    return peer;
  }

  /** The next connection, welcomed. */
  public Peer welcome() throws InterruptedException {
    Peer peer = accept();
    peer.send(
        new JsonObject()
            .put("type", "welcome")
            .put("subscriber", "s-1")
            .put("node", "n-1")
            .put("queue", new JsonObject().put("capacity", 256).put("overflow", "drop-newest")));
    return peer;
  }

  /** Whether a connection has come that nobody took. */
  public boolean hasMore() {
    return !accepted.isEmpty();
  }

  /** The value of a future, or its failure as it was given. */
  public static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("nothing within " + PATIENCE_S + " s", e);
    }
  }

  /** The failure of a future. */
  public static Throwable failureOf(Future<?> future) throws Exception {
    try {
      Object value = await(future);
      throw new AssertionError("did not fail, but gave " + value);
    } catch (CarillonException e) {
      return e;
    }
  }

  public void close() throws Exception {
    await(http.close());
  }
}
