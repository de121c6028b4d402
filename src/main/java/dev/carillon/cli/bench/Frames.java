package dev.carillon.cli.bench;

import java.util.Arrays;

/** WebSocket frames as bytes: finds a server's, makes a client's. */
final class Frames {
  static final int TEXT = 1;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final int MASK_BYTES = 4;

  private Frames() {}

  /** Takes frames. */
  interface Sink {
    void frame(int opcode, byte[] bytes, int from, int to);
  }

  /** Hands each complete frame over; answers where the first incomplete one begins. */
  static int scan(byte[] bytes, int from, int to, Sink sink) {
    int at = from;
    while (to - at >= 2) {
      long length = bytes[at + 1] & 0x7f;
      int payload = at + 2;
      if (length == SHORT_LENGTH) {
        if (to - at < 4) {
          break;
        }
        length = ((bytes[at + 2] & 0xffL) << 8) | (bytes[at + 3] & 0xff);
        payload = at + 4;
      } else if (length == LONG_LENGTH) {
        if (to - at < 10) {
          break;
        }
        length = 0;
        for (int i = at + 2; i < at + 10; i++) {
          length = (length << 8) | (bytes[i] & 0xff);
        }
        payload = at + 10;
      }
      if (to - payload < length) {
        break;
      }
      int end = payload + (int) length;
      sink.frame(bytes[at] & 0x0f, bytes, payload, end);
      at = end;
    }
    return at;
  }

  /**
   * A client's frame. Its mask is zero, which is a mask as good as any between programs that trust
   * each other, and leaves the bytes as they are.
   */
  static byte[] make(int opcode, byte[] payload) {
    int lengthBytes = payload.length < SHORT_LENGTH ? 0 : payload.length < 1 << 16 ? 2 : 8;
    int head = 2 + lengthBytes + MASK_BYTES;
    byte[] frame = new byte[head + payload.length];
    frame[0] = (byte) (FINAL | opcode);
    int code = lengthBytes == 0 ? payload.length : lengthBytes == 2 ? SHORT_LENGTH : LONG_LENGTH;
    frame[1] = (byte) (MASKED | code);
    for (int i = 0; i < lengthBytes; i++) {
      frame[2 + i] = (byte) ((long) payload.length >> (8 * (lengthBytes - 1 - i)));
    }
    System.arraycopy(payload, 0, frame, head, payload.length);
    return frame;
  }

  static byte[] copy(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }
}
