package dev.carillon.gateway;

import dev.carillon.hub.FrameSink;
import dev.carillon.hub.SubscriberQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event stream over HTTP/1.1: the only handler of its connection besides TLS. Writes the chunks
 * of the body itself, so that streams with the same pending frames share their bytes.
 */
final class ChunkedEventStream extends ChannelInboundHandlerAdapter implements EventStreamOutput {
  /** How long a client may take to read the end of its stream. */
  private static final long CLOSE_TIMEOUT_SECONDS = 5;

  private final EventStreamSession session;
  private final FrameWriter writer;
  private final String corsHeaders;
  private @Nullable ChannelHandlerContext context;
  private boolean closing;

  ChunkedEventStream(EventStreamSession session, FrameWriter writer, String corsHeaders) {
    this.session = session;
    this.writer = writer;
    this.corsHeaders = corsHeaders;
  }

  @Override
  public void begin() {
    write(
        Unpooled.copiedBuffer(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                + "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
                + corsHeaders
                + "\r\n",
            StandardCharsets.US_ASCII));
  }

  @Override
  public void refuse(ProblemException problem) {
    byte[] body = Problems.body(problem).getBytes(StandardCharsets.UTF_8);
    write(
        Unpooled.copiedBuffer(
            "HTTP/1.1 "
                + HttpResponseStatus.valueOf(problem.status())
                + "\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
                + (problem.status() == 503 ? "Retry-After: 1\r\n" : "")
                + corsHeaders
                + "Content-Length: "
                + body.length
                + "\r\n\r\n",
            StandardCharsets.US_ASCII));
    context().writeAndFlush(Unpooled.wrappedBuffer(body)).addListener(ChannelFutureListener.CLOSE);
    closing = true;
  }

  @Override
  public void send(String type, byte[] json) {
    write(chunk(EventStreamFraming.block(type, json)));
  }

  @Override
  public void send(SubscriberQueue queue, FrameSink sent) {
    if (!closing) {
      writer.write(context().channel(), queue, Framing.EVENT_STREAM_CHUNK, sent);
    }
  }

  @Override
  public void id(String id) {
    write(chunk(EventStreamFraming.id(id)));
  }

  @Override
  public void comment() {
    write(chunk(EventStreamFraming.COMMENT));
  }

  @Override
  public boolean isWritable() {
    return context().channel().isWritable();
  }

  @Override
  public Optional<String> remote() {
    return ClientAddress.text(context().channel().remoteAddress());
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    ChannelHandlerContext ctx = context();
    ctx.writeAndFlush(Unpooled.copiedBuffer("0\r\n\r\n", StandardCharsets.US_ASCII))
        .addListener(ChannelFutureListener.CLOSE);
    closing = true;
    ctx.executor().schedule(() -> ctx.close(), CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // A client of an event stream has nothing more to say.
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable() && !closing) {
      session.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    session.leave();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ReferenceCountUtil.release(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private void write(ByteBuf bytes) {
    if (closing) {
      bytes.release();
    } else {
      context().writeAndFlush(bytes, context().voidPromise());
    }
  }

  private static ByteBuf chunk(byte[] body) {
    byte[] header = (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    return Unpooled.directBuffer(header.length + body.length + 2)
        .writeBytes(header)
        .writeBytes(body)
        .writeByte('\r')
        .writeByte('\n');
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not added yet");
    }
    return context;
  }
}
