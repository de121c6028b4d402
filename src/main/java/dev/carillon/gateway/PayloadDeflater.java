package dev.carillon.gateway;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Deflates payloads as RFC 7692, section 7.2.1 says, each by itself: no context is carried over, so
 * one compressed payload serves every connection.
 *
 * <p>Confined to one event loop; the native deflater is made at the first use.
 */
final class PayloadDeflater {
  /** Below this a payload hardly gets smaller. */
  private static final int MIN_BYTES = 128;

  /** What a sync flush ends with, and what the receiver puts back. */
  private static final int TAIL_BYTES = 4;

  private static final int LEVEL = 6;

  private final byte[] chunk = new byte[4096];
  private @Nullable Deflater deflater;

  /** The compressed payload, or {@code payload} itself where it would not get smaller. */
  byte[] deflate(byte[] payload) {
    if (payload.length < MIN_BYTES) {
      return payload;
    }
    Deflater ready = deflater;
    if (ready == null) {
      ready = new Deflater(LEVEL, true);
      deflater = ready;
    }
    ready.reset();
    ready.setInput(payload);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(payload.length / 2);
    int size;
    do {
      size = ready.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      compressed.write(chunk, 0, size);
    } while (size == chunk.length);
    return compressed.size() - TAIL_BYTES < payload.length
        ? Arrays.copyOf(compressed.toByteArray(), compressed.size() - TAIL_BYTES)
        : payload;
  }
}
