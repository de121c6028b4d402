package dev.carillon.gateway;

import dev.carillon.event.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Blocks of an event stream (WHATWG HTML, section 9.2.6). */
final class EventStreamFraming {
  private static final byte[] EVENT = ascii("event: ");
  private static final byte[] DATA = ascii("\ndata: ");
  private static final byte[] END = ascii("\n\n");

  /** A comment line. */
  static final byte[] COMMENT = ascii(":\n\n");

  private EventStreamFraming() {}

  /** One block. */
  static byte[] block(String type, byte[] json) {
    ByteBuf block =
        Unpooled.buffer(EVENT.length + type.length() + DATA.length + json.length + END.length);
    write(type, json, block);
    return block.array();
  }

  /** A block that only says the stream's place. */
  static byte[] id(String id) {
    return ("id: " + id + "\n\n").getBytes(StandardCharsets.US_ASCII);
  }

  static int size(Frame frame) {
    return EVENT.length + frame.type().length() + DATA.length + frame.size() + END.length;
  }

  /** Frames hold no line breaks, so one {@code data} line carries one of them. */
  static void write(Frame frame, ByteBuf target) {
    write(frame.type(), frame.json(), target);
  }

  private static void write(String type, byte[] json, ByteBuf target) {
    target.writeBytes(EVENT);
    target.writeCharSequence(type, StandardCharsets.US_ASCII);
    target.writeBytes(DATA).writeBytes(json).writeBytes(END);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
