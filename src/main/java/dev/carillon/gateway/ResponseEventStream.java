package dev.carillon.gateway;

import dev.carillon.hub.FrameSink;
import dev.carillon.hub.SubscriberQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;

/**
 * An event stream as an ordinary response: over HTTP/2, whose connection carries other requests
 * too.
 */
final class ResponseEventStream implements EventStreamOutput {
  /** Joined at most for one write. */
  private static final int MAX_WRITE_BYTES = 32 * 1024;

  private final HttpServerResponse response;
  private final SocketAddress remote;

  ResponseEventStream(HttpServerRequest request, EventStreamSession session) {
    this.response = request.response();
    this.remote = request.remoteAddress();
    response.setWriteQueueMaxSize(MAX_WRITE_BYTES);
    response.drainHandler(v -> session.writable());
    response.closeHandler(v -> session.leave());
    response.exceptionHandler(broken -> session.leave());
  }

  @Override
  public void begin() {
    response
        .setStatusCode(200)
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
  }

  @Override
  public void send(String type, byte[] json) {
    response.write(Buffer.buffer(EventStreamFraming.block(type, json)));
  }

  @Override
  public void refuse(ProblemException problem) {
    Problems.send(response, problem);
  }

  @Override
  public void id(String id) {
    response.write(Buffer.buffer(EventStreamFraming.id(id)));
  }

  @Override
  public void send(SubscriberQueue queue, FrameSink sent) {
    while (!queue.isEmpty() && !response.writeQueueFull() && !response.closed()) {
      ByteBuf joined = Unpooled.buffer();
      queue.drain(
          MAX_WRITE_BYTES,
          frame -> {
            EventStreamFraming.write(frame, joined);
            sent.accept(frame);
          });
      byte[] bytes = new byte[joined.readableBytes()];
      joined.readBytes(bytes);
      response.write(Buffer.buffer(bytes));
    }
  }

  @Override
  public void comment() {
    response.write(Buffer.buffer(EventStreamFraming.COMMENT));
  }

  @Override
  public boolean isWritable() {
    return !response.writeQueueFull();
  }

  @Override
  public Optional<String> remote() {
    return Optional.of(ClientAddress.text(remote.hostAddress(), remote.port()));
  }

  @Override
  public void close() {
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }
}
