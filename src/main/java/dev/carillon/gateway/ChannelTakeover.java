package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Takes an HTTP/1.1 connection away from Vert.x once its request is understood.
 *
 * <p>What Vert.x keeps per connection is many times what a session needs. Its server still knows
 * the channel and closes it when it stops. Must be called while the request is being handled: what
 * came behind the request is still in the HTTP decoder then, and is passed on when that is removed.
 */
final class ChannelTakeover {
  private ChannelTakeover() {}

  /** Whether the request came over a connection that can be taken. */
  static boolean isPossible(HttpServerRequest request) {
    return request.connection() instanceof ConnectionBase;
  }

  /**
   * Replaces all handlers but TLS.
   *
   * @param head the bytes of the response's head, sent first
   * @param sendBufferBytes of the socket; the channel counts as writable up to half of it
   * @param handlers from the socket's side to ours
   */
  static void take(
      HttpServerRequest request, ByteBuf head, int sendBufferBytes, ChannelHandler... handlers) {
    Channel channel = ((ConnectionBase) request.connection()).channel();
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(sendBufferBytes / 8, sendBufferBytes / 2));
    channel.config().setOption(ChannelOption.SO_SNDBUF, sendBufferBytes);
    ChannelPipeline pipeline = channel.pipeline();
    ChannelHandler decoder = null;
    for (String name : pipeline.names()) {
      ChannelHandler handler = pipeline.get(name);
      if (handler instanceof HttpRequestDecoder) {
        decoder = handler;
      } else if (handler != null && !(handler instanceof SslHandler)) {
        pipeline.remove(handler);
      }
    }
    // Not flushed yet: what the new handlers say first leaves in the same write.
    channel.write(head, channel.voidPromise());
    pipeline.addLast(handlers);
    if (decoder != null) {
      // Last: it hands on what it has read beyond the request.
      pipeline.remove(decoder);
    }
    channel.flush();
  }
}
