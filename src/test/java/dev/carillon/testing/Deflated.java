package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Payloads as RFC 7692, section 7.2 compresses them, each by itself. */
public final class Deflated {
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

  private Deflated() {}

  /** What a client sends of {@code payload}. */
  public static byte[] deflate(byte[] payload) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try {
      return deflate(deflater, payload);
    } finally {
      deflater.end();
    }
  }

  /** The same with what {@code deflater} still knows of earlier payloads. */
  public static byte[] deflate(Deflater deflater, byte[] payload) {
    deflater.setInput(payload);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    byte[] chunk = new byte[1 << 16];
    int size;
    do {
      size = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      compressed.write(chunk, 0, size);
    } while (size == chunk.length);
    byte[] bytes = compressed.toByteArray();
    assertThat(bytes).endsWith(TAIL);
    return Arrays.copyOf(bytes, bytes.length - TAIL.length);
  }

  static byte[] inflate(byte[] payload) {
    Inflater inflater = new Inflater(true);
    try {
      byte[] input = Arrays.copyOf(payload, payload.length + TAIL.length);
      System.arraycopy(TAIL, 0, input, payload.length, TAIL.length);
      inflater.setInput(input);
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      byte[] chunk = new byte[1 << 16];
      int size;
      do {
        size = inflater.inflate(chunk);
        text.write(chunk, 0, size);
      } while (size > 0);
      assertThat(inflater.getRemaining()).as("bytes behind the compressed ones").isZero();
      return text.toByteArray();
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    } finally {
      inflater.end();
    }
  }
}
