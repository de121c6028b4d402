package dev.carillon.gateway;

import dev.carillon.event.Frame;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** How frames become the bytes of a connection. */
enum Framing {
  /** A text frame each (RFC 6455). */
  WEBSOCKET {
    @Override
    int size(Frame frame, byte[] payload) {
      return WebSocketFraming.sizeOfText(payload.length);
    }

    @Override
    void write(Frame frame, byte[] payload, ByteBuf target) {
      WebSocketFraming.writeTextHeader(target, payload.length, false);
      target.writeBytes(payload);
    }
  },

  /** The same, each payload deflated by itself where that makes it smaller (RFC 7692). */
  WEBSOCKET_DEFLATED {
    @Override
    byte[] payload(Frame frame, PayloadDeflater deflater) {
      return deflater.deflate(frame.json());
    }

    @Override
    int size(Frame frame, byte[] payload) {
      return WebSocketFraming.sizeOfText(payload.length);
    }

    @Override
    void write(Frame frame, byte[] payload, ByteBuf target) {
      WebSocketFraming.writeTextHeader(target, payload.length, payload != frame.json());
      target.writeBytes(payload);
    }
  },

  /** A block of an event stream each, all of them in one chunk of an HTTP/1.1 body (RFC 9112). */
  EVENT_STREAM_CHUNK {
    @Override
    int size(Frame frame, byte[] payload) {
      return EventStreamFraming.size(frame);
    }

    @Override
    void write(Frame frame, byte[] payload, ByteBuf target) {
      EventStreamFraming.write(frame, target);
    }

    @Override
    int overhead() {
      return MAX_CHUNK_HEADER + CRLF.length;
    }

    @Override
    void begin(ByteBuf target, int bytes) {
      target
          .writeBytes(Integer.toHexString(bytes).getBytes(StandardCharsets.US_ASCII))
          .writeBytes(CRLF);
    }

    @Override
    void end(ByteBuf target) {
      target.writeBytes(CRLF);
    }
  };

  private static final byte[] CRLF = {'\r', '\n'};
  private static final int MAX_CHUNK_HEADER = 8 + 2;

  /** What is sent of {@code frame}: its own bytes unless said otherwise. */
  byte[] payload(Frame frame, PayloadDeflater deflater) {
    return frame.json();
  }

  /** The bytes that {@code frame} takes. */
  abstract int size(Frame frame, byte[] payload);

  abstract void write(Frame frame, byte[] payload, ByteBuf target);

  /** The bytes around a write, at most. */
  int overhead() {
    return 0;
  }

  void begin(ByteBuf target, int bytes) {}

  void end(ByteBuf target) {}
}
