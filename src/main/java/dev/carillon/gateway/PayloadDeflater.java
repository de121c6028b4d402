package dev.carillon.gateway;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Queue;
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

  /**
   * Kept for those whose turn comes later. What a queue may hold in front of them by default; past
   * it a payload is deflated again.
   */
  private static final long MAX_KEPT_BYTES = 1 << 20;

  private final byte[] chunk = new byte[4096];
  private @Nullable Deflater deflater;

  private final IdentityHashMap<byte[], byte[]> kept = new IdentityHashMap<>();
  private final Queue<byte[]> oldestKept = new ArrayDeque<>();
  private long keptBytes;

  /**
   * The compressed payload, or {@code payload} itself where it would not get smaller. The same
   * array may be asked for again until {@link #forget} and costs nothing then.
   */
  byte[] deflate(byte[] payload) {
    if (payload.length < MIN_BYTES) {
      return payload;
    }
    byte[] known = kept.get(payload);
    if (known != null) {
      return known;
    }
    byte[] compressed = compress(payload);
    if (payload.length + compressed.length <= MAX_KEPT_BYTES) {
      kept.put(payload, compressed);
      oldestKept.add(payload);
      keptBytes += payload.length + compressed.length;
      while (keptBytes > MAX_KEPT_BYTES) {
        forget(oldestKept.remove());
      }
    }
    return compressed;
  }

  /** Lets go of what was kept. */
  void forget() {
    if (keptBytes > 0) {
      kept.clear();
      oldestKept.clear();
      keptBytes = 0;
    }
  }

  private void forget(byte[] payload) {
    byte[] compressed = kept.remove(payload);
    keptBytes -= payload.length + (compressed == null ? 0 : compressed.length);
  }

  private byte[] compress(byte[] payload) {
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
