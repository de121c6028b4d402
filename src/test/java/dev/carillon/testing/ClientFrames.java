package dev.carillon.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The bytes that a WebSocket client sends (RFC 6455), right ones and wrong ones. */
public final class ClientFrames {
  public static final int FIN = 0x80;
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xa;

  private static final byte[] MASK = {0x3a, 0x15, (byte) 0xe2, 0x7f};

  private ClientFrames() {}

  /** A whole text frame. */
  public static byte[] text(String json) {
    return frame(FIN | TEXT, json.getBytes(StandardCharsets.UTF_8));
  }

  /** A masked frame whose first byte, with its flags and opcode, is as given. */
  public static byte[] frame(int first, byte[] payload) {
    return frame(first, payload, payload.length, true);
  }

  /** The same without the mask, which clients must not leave out. */
  public static byte[] unmasked(int first, byte[] payload) {
    return frame(first, payload, payload.length, false);
  }

  /** A frame that announces {@code length} bytes whatever it holds. */
  public static byte[] frame(int first, byte[] payload, long length, boolean masked) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
    frame.write(first);
    int maskBit = masked ? 0x80 : 0;
    if (length < 126) {
      frame.write(maskBit | (int) length);
    } else if (length < 1 << 16) {
      frame.write(maskBit | 126);
      frame.write((int) (length >> 8));
      frame.write((int) length);
    } else {
      frame.write(maskBit | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) (length >> shift));
      }
    }
    if (masked) {
      frame.writeBytes(MASK);
    }
    for (int i = 0; i < payload.length; i++) {
      frame.write(masked ? payload[i] ^ MASK[i & 3] : payload[i]);
    }
    return frame.toByteArray();
  }

  /** A close frame with a code. */
  public static byte[] close(int code) {
    return frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
  }

  /** The request that opens a WebSocket; {@code headers} are whole lines. */
  public static String handshake(String target, String... headers) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + Base64.getEncoder()
            .encodeToString("sixteen bytes, ok".substring(0, 16).getBytes(StandardCharsets.UTF_8))
        + "\r\n"
        + String.join("", lines(headers))
        + "\r\n";
  }

  private static String[] lines(String[] headers) {
    String[] lines = new String[headers.length];
    for (int i = 0; i < headers.length; i++) {
      lines[i] = headers[i] + "\r\n";
    }
    return lines;
  }
}
