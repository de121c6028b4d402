package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after its handshake: the last handler of a pipeline that holds, besides TLS, only
 * Netty's frame decoder and UTF-8 validator.
 *
 * <p>Joins fragments up to a bound, answers pings and closes, and turns violations into the close
 * code of RFC 6455, section 7.4. Frames to the client are written whole and already framed.
 *
 * <p>Confined to the connection's event loop.
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.connections");

  /** How long a client may take to answer a close before the socket is closed under it. */
  private static final long CLOSE_TIMEOUT_SECONDS = 5;

  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_LARGE = 1009;
  private static final int MAX_CLOSE_CODE = 4999;

  private final WebSocketListener listener;
  private final int maxMessageBytes;

  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf fragments;
  private boolean fragmentsAreText;
  private boolean heardSincePing = true;
  private boolean closing;
  private int closeCode = CloseCodes.GONE;
  private boolean unflushed;

  /** Frames that are to be read later; nothing while they are read as they come. */
  private @Nullable List<WebSocketFrame> held;

  /**
   * Makes the connection's handler.
   *
   * @param maxMessageBytes of a message's fragments together
   */
  WebSocketConnection(WebSocketListener listener, int maxMessageBytes) {
    this.listener = listener;
    this.maxMessageBytes = maxMessageBytes;
  }

  ChannelHandlerContext context() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not opened yet");
    }
    return ctx;
  }

  boolean isWritable() {
    return context().channel().isWritable();
  }

  boolean isClosing() {
    return closing;
  }

  /** The code of the first close frame, the server's or the client's. */
  int closeCode() {
    return closeCode;
  }

  /** Whether anything came since the last call; for the check that the client is alive. */
  boolean heardSinceLastAsked() {
    boolean heard = heardSincePing;
    heardSincePing = false;
    return heard;
  }

  /** Writes one text frame; it goes out with the next flush. */
  void write(byte[] json) {
    if (!closing) {
      writeFrame(WebSocketFraming.text(context().alloc(), json));
    }
  }

  void ping() {
    if (!closing) {
      context().writeAndFlush(WebSocketFraming.ping(context().alloc()), context().voidPromise());
    }
  }

  void writeMessage(boolean text, ByteBuf payload) {
    if (!closing) {
      writeFrame(WebSocketFraming.message(context().alloc(), text, payload));
    }
  }

  void flush() {
    if (unflushed) {
      unflushed = false;
      context().flush();
    }
  }

  /** Reads nothing until {@link #proceed}; what is on its way already is kept. */
  void hold() {
    held = new ArrayList<>();
    pauseReading();
  }

  void proceed() {
    List<WebSocketFrame> frames = held;
    held = null;
    if (frames == null) {
      return;
    }
    resumeReading();
    for (WebSocketFrame frame : frames) {
      channelRead(context(), frame);
    }
    channelReadComplete(context());
  }

  /** Stops reading; the client's writes will wait. */
  void pauseReading() {
    context().channel().config().setAutoRead(false);
  }

  void resumeReading() {
    context().channel().config().setAutoRead(true);
  }

  void close(CloseReason reason) {
    close(reason.code(), reason.text());
  }

  private void close(int code, String reason) {
    if (closing) {
      return;
    }
    ChannelHandlerContext ctx = context();
    closeCode = code;
    end();
    ctx.writeAndFlush(WebSocketFraming.close(ctx.alloc(), code, reason), ctx.voidPromise());
    // The client's answer is read to its end: closing with unread bytes would reset the connection
    // and could take the close frame with it.
    resumeReading();
    closeLater(ctx);
  }

  /**
   * Fails the connection, as RFC 6455 says in section 7.1.7: after a violation the decoder hears
   * nothing more, an answer to our close neither, so our side of the socket ends right behind the
   * close frame. The client's side ends the rest; closing both at once would reset what it has not
   * read.
   */
  private void fail(int code, String reason) {
    ChannelHandlerContext ctx = context();
    closeCode = code;
    end();
    resumeReading();
    ctx.writeAndFlush(WebSocketFraming.close(ctx.alloc(), code, reason))
        .addListener(sent -> endOutput(ctx));
    closeLater(ctx);
  }

  private void failInflating(CodecException broken) {
    for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataFormatException) {
        fail(PROTOCOL_ERROR, "can't be inflated");
        return;
      }
    }
    fail(TOO_LARGE, "can't be inflated within the limit");
  }

  private static void endOutput(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof DuplexChannel socket
        && ctx.pipeline().get(SslHandler.class) == null) {
      socket.shutdownOutput();
    } else {
      ctx.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    // Not by channelInactive, which an inflater with broken data in it keeps to itself.
    ctx.channel().closeFuture().addListener(closed -> end());
    listener.opened(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardSincePing = true;
    if (held != null && message instanceof WebSocketFrame frame) {
      held.add(frame);
      return;
    }
    try {
      if (!closing && message instanceof WebSocketFrame frame && frame.rsv() != 0) {
        // Where compression was agreed on, the frame decoder lets reserved bits through.
        fail(PROTOCOL_ERROR, "reserved bits");
      } else if (message instanceof CloseWebSocketFrame close) {
        heardClose(ctx, close);
      } else if (!closing && message instanceof WebSocketFrame frame) {
        read(ctx, frame);
      }
      // Anything else is the end of the handshake's request.
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!closing) {
      listener.readComplete();
    }
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable() && !closing) {
      listener.writable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ReferenceCountUtil.release(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (closing) {
      ctx.close();
    } else if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      fail(corrupted.closeStatus().code(), corrupted.closeStatus().reasonText());
    } else if (cause instanceof TooLongFrameException) {
      fail(TOO_LARGE, CloseReason.TOO_LARGE.text());
    } else if (cause instanceof CodecException broken) {
      failInflating(broken);
    } else if (cause instanceof IOException) {
      // The socket broke; there is nobody to tell.
      ctx.close();
    } else {
      LOG.error("connection failed remote={}", ctx.channel().remoteAddress(), cause);
      close(CloseReason.INTERNAL);
    }
  }

  private void read(ChannelHandlerContext ctx, WebSocketFrame frame) {
    if (frame instanceof PingWebSocketFrame) {
      writeFrame(WebSocketFraming.pong(ctx.alloc(), frame.content()));
    } else if (frame instanceof TextWebSocketFrame) {
      begin(ctx, frame, true);
    } else if (frame instanceof BinaryWebSocketFrame) {
      begin(ctx, frame, false);
    } else if (frame instanceof ContinuationWebSocketFrame) {
      resume(frame);
    }
  }

  private void begin(ChannelHandlerContext ctx, WebSocketFrame frame, boolean text) {
    if (frame.content().readableBytes() > maxMessageBytes) {
      close(TOO_LARGE, CloseReason.TOO_LARGE.text());
      return;
    }
    if (frame.isFinalFragment()) {
      deliver(text, frame.content());
      return;
    }
    fragmentsAreText = text;
    fragments = ctx.alloc().buffer(frame.content().readableBytes());
    append(fragments, frame);
  }

  private void resume(WebSocketFrame frame) {
    ByteBuf joined = fragments;
    if (joined == null) {
      close(PROTOCOL_ERROR, "continuation of nothing");
      return;
    }
    if (append(joined, frame) && frame.isFinalFragment()) {
      fragments = null;
      try {
        deliver(fragmentsAreText, joined);
      } finally {
        joined.release();
      }
    }
  }

  private boolean append(ByteBuf joined, WebSocketFrame frame) {
    if (joined.readableBytes() + frame.content().readableBytes() > maxMessageBytes) {
      dropFragments();
      close(TOO_LARGE, CloseReason.TOO_LARGE.text());
      return false;
    }
    joined.writeBytes(frame.content());
    return true;
  }

  private void deliver(boolean text, ByteBuf message) {
    if (text) {
      listener.text(message);
    } else {
      listener.binary(message);
    }
  }

  private void heardClose(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    if (closing) {
      ctx.close();
      return;
    }
    if (close.statusCode() > MAX_CLOSE_CODE) {
      // Netty's decoder lets these through.
      fail(PROTOCOL_ERROR, "invalid close code");
      return;
    }
    ByteBuf answer =
        close.statusCode() < 0
            ? WebSocketFraming.emptyClose(ctx.alloc())
            : WebSocketFraming.close(ctx.alloc(), close.statusCode(), "");
    closeCode = close.statusCode() < 0 ? CloseCodes.NONE_GIVEN : close.statusCode();
    end();
    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    closeLater(ctx);
  }

  /**
   * From now on the connection only closes. The listener hears it before the client can: one that
   * is closed may come back at once, and finds its id free.
   */
  private void end() {
    if (!closing) {
      closing = true;
      dropFragments();
      dropHeld();
      listener.closed();
    }
  }

  /** A client that does not read, or does not answer, must not hold the socket. */
  private static void closeLater(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> ctx.close(), CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private void writeFrame(ByteBuf frame) {
    context().write(frame, context().voidPromise());
    unflushed = true;
  }

  private void dropHeld() {
    if (held != null) {
      held.forEach(ReferenceCountUtil::release);
      held = null;
    }
  }

  private void dropFragments() {
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }
}
