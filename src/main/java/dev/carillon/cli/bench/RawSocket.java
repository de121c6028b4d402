package dev.carillon.cli.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;

/** A WebSocket over a plain socket: as little work a frame as can be. Owned by its event loop. */
final class RawSocket {
  private static final byte[] NOTHING = new byte[0];
  // Any key will do: a server's answer to it is not checked.
  private static final String KEY = "Y2FyaWxsb24tYmVuY2gtMQ==";
  private static final int MAX_HANDSHAKE = 16 << 10;

  /** Takes a connection's text frames, and its end. */
  interface Handler {
    void text(byte[] bytes, int from, int to);

    /** What arrived together has all been handed over. */
    void endOfRead();

    void closed(String why);
  }

  private final NetSocket socket;
  private final Handler handler;
  private final Promise<RawSocket> open = Promise.promise();
  private byte[] rest = NOTHING;
  private String closeReason = "the server closed the connection";

  private RawSocket(NetSocket socket, Handler handler) {
    this.socket = socket;
    this.handler = handler;
  }

  /** Shakes hands; done when frames may go. */
  static Future<RawSocket> open(NetSocket socket, String host, String path, Handler handler) {
    RawSocket raw = new RawSocket(socket, handler);
    socket.handler(raw::onHandshake);
    socket.closeHandler(ignored -> raw.onClosed());
    socket.exceptionHandler(failure -> raw.closeReason = String.valueOf(failure.getMessage()));
    socket.write(
        Buffer.buffer(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: "
                + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                + KEY
                + "\r\nSec-WebSocket-Version: 13\r\n\r\n"));
    return raw.open.future();
  }

  private void onHandshake(Buffer chunk) {
    rest = joined(chunk);
    int end = endOfHead();
    if (end < 0) {
      if (rest.length > MAX_HANDSHAKE) {
        open.tryFail("the server's handshake has no end");
        socket.close();
      }
      return;
    }
    String head = new String(rest, 0, end, StandardCharsets.ISO_8859_1);
    if (!head.startsWith("HTTP/1.1 101 ")) {
      open.tryFail("the server refused: " + head.lines().findFirst().orElse(""));
      socket.close();
      return;
    }
    byte[] frames = Frames.copy(rest, end, rest.length);
    rest = NOTHING;
    socket.handler(this::onFrames);
    open.tryComplete(this);
    if (frames.length > 0) {
      onFrames(Buffer.buffer(frames));
    }
  }

  private int endOfHead() {
    for (int i = 3; i < rest.length; i++) {
      if (rest[i] == '\n' && rest[i - 1] == '\r' && rest[i - 2] == '\n' && rest[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private void onFrames(Buffer chunk) {
    byte[] bytes = rest.length == 0 ? chunk.getBytes() : joined(chunk);
    int end = Frames.scan(bytes, 0, bytes.length, this::onFrame);
    rest = end == bytes.length ? NOTHING : Frames.copy(bytes, end, bytes.length);
    handler.endOfRead();
  }

  private byte[] joined(Buffer chunk) {
    byte[] bytes = new byte[rest.length + chunk.length()];
    System.arraycopy(rest, 0, bytes, 0, rest.length);
    chunk.getBytes(bytes, rest.length);
    return bytes;
  }

  private void onFrame(int opcode, byte[] bytes, int from, int to) {
    if (opcode == Frames.TEXT) {
      handler.text(bytes, from, to);
    } else if (opcode == Frames.PING) {
      socket.write(Buffer.buffer(Frames.make(Frames.PONG, Frames.copy(bytes, from, to))));
    } else if (opcode == Frames.CLOSE && to - from >= 2) {
      int code = ((bytes[from] & 0xff) << 8) | (bytes[from + 1] & 0xff);
      String reason = new String(bytes, from + 2, to - from - 2, StandardCharsets.UTF_8);
      closeReason = "close code " + code + " " + reason;
    }
  }

  private void onClosed() {
    if (!open.tryFail(closeReason)) {
      handler.closed(closeReason);
    }
  }

  void send(String text) {
    socket.write(Buffer.buffer(Frames.make(Frames.TEXT, text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Sends bytes that are frames already. */
  void sendFrames(Buffer frames) {
    socket.write(frames);
  }

  boolean isFull() {
    return socket.writeQueueFull();
  }

  void onDrain(Runnable task) {
    socket.drainHandler(ignored -> task.run());
  }

  /** Reads no more. */
  void stall() {
    socket.pause();
  }

  void close() {
    socket.closeHandler(ignored -> {});
    // What a stalled socket holds back is given free only by being read.
    socket.handler(ignored -> {});
    socket.resume();
    socket.close();
  }
}
