package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends every message back over a session's own pipeline. The Autobahn test suite, which the build
 * runs against it, judges from the echoes what the pipeline took and refused.
 */
public final class EchoServer {
  private static final int MAX_MESSAGE_BYTES = 1 << 20;
  private static final int SEND_BUFFER_BYTES = 65536;

  private EchoServer() {}

  /**
   * Starts the server; it runs until the JVM ends.
   *
   * @param arguments the port
   */
  public static void main(String[] arguments) {
    Vertx.vertx()
        .createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(Integer.parseInt(arguments[0]))
                .setHttp2ClearTextEnabled(false))
        .requestHandler(EchoServer::accept)
        .listen()
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static void accept(HttpServerRequest request) {
    try {
      String key = WebSocketDoor.checkHandshake(request);
      WebSocketDoor.upgrade(
          request, key, new Echo(), MAX_MESSAGE_BYTES, SEND_BUFFER_BYTES, Optional.empty());
    } catch (ProblemException e) {
      request.response().setStatusCode(400).end();
    }
  }

  private static final class Echo implements WebSocketListener {
    private @Nullable WebSocketConnection connection;

    @Override
    public void opened(WebSocketConnection opened) {
      connection = opened;
    }

    @Override
    public void text(ByteBuf message) {
      send(true, message);
    }

    @Override
    public void binary(ByteBuf message) {
      send(false, message);
    }

    @Override
    public void readComplete() {}

    @Override
    public void writable() {}

    @Override
    public void closed() {}

    private void send(boolean text, ByteBuf message) {
      if (connection != null) {
        connection.writeMessage(text, message);
      }
    }
  }
}
