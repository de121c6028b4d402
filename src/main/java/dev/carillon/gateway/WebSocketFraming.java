package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The server's side of RFC 6455, section 5.2: whole, unmasked frames. */
final class WebSocketFraming {
  private static final int FINAL_TEXT = 0x81;
  private static final int FINAL_COMPRESSED_TEXT = 0xc1;
  private static final int FINAL_BINARY = 0x82;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8a;
  private static final int MAX_CONTROL_PAYLOAD = 125;

  private WebSocketFraming() {}

  /** The bytes that a text frame of {@code payload} bytes takes. */
  static int sizeOfText(int payload) {
    return payload + (payload < 126 ? 2 : payload < 1 << 16 ? 4 : 10);
  }

  /**
   * Writes the header of a text frame, whose payload may be compressed (RFC 7692, section 7.2.1).
   */
  static void writeTextHeader(ByteBuf target, int payload, boolean compressed) {
    writeHeader(target, compressed ? FINAL_COMPRESSED_TEXT : FINAL_TEXT, payload);
  }

  static ByteBuf text(ByteBufAllocator allocator, byte[] payload) {
    ByteBuf frame = allocator.directBuffer(sizeOfText(payload.length));
    writeHeader(frame, FINAL_TEXT, payload.length);
    return frame.writeBytes(payload);
  }

  static ByteBuf message(ByteBufAllocator allocator, boolean text, ByteBuf payload) {
    int size = payload.readableBytes();
    ByteBuf frame = allocator.directBuffer(sizeOfText(size));
    writeHeader(frame, text ? FINAL_TEXT : FINAL_BINARY, size);
    return frame.writeBytes(payload);
  }

  static ByteBuf ping(ByteBufAllocator allocator) {
    return allocator.directBuffer(2).writeByte(PING).writeByte(0);
  }

  static ByteBuf pong(ByteBufAllocator allocator, ByteBuf payload) {
    int size = payload.readableBytes();
    ByteBuf frame = allocator.directBuffer(2 + size);
    writeHeader(frame, PONG, size);
    return frame.writeBytes(payload);
  }

  static ByteBuf close(ByteBufAllocator allocator, int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MAX_CONTROL_PAYLOAD - 2);
    ByteBuf frame = allocator.directBuffer(4 + length);
    writeHeader(frame, CLOSE, 2 + length);
    return frame.writeShort(code).writeBytes(text, 0, length);
  }

  static ByteBuf emptyClose(ByteBufAllocator allocator) {
    return allocator.directBuffer(2).writeByte(CLOSE).writeByte(0);
  }

  private static void writeHeader(ByteBuf target, int opcode, int payload) {
    target.writeByte(opcode);
    if (payload < 126) {
      target.writeByte(payload);
    } else if (payload < 1 << 16) {
      target.writeByte(126).writeShort(payload);
    } else {
      target.writeByte(127).writeLong(payload);
    }
  }
}
