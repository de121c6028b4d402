package dev.carillon.gateway;

import dev.carillon.event.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of frames that some session sends in one write, as a node of a tree whose paths are
 * sequences: sessions with the same pending frames walk the same path and share the joined bytes at
 * its end.
 */
final class FrameRun {
  /** Looked at before a path counts as new: sessions of one topic come one after the other. */
  private static final int MAX_SIBLINGS = 32;

  private static final byte[] NOTHING = {};

  private final @Nullable FrameRun before;
  private final @Nullable Frame frame;
  private final byte[] payload;
  private final int framedBytes;

  private @Nullable FrameRun latestNext;
  private @Nullable FrameRun nextSibling;
  private @Nullable ByteBuf joined;

  private FrameRun(
      @Nullable FrameRun before, @Nullable Frame frame, byte[] payload, int framedBytes) {
    this.before = before;
    this.frame = frame;
    this.payload = payload;
    this.framedBytes = framedBytes;
  }

  /** The empty sequence. */
  static FrameRun empty() {
    return new FrameRun(null, null, NOTHING, 0);
  }

  int framedBytes() {
    return framedBytes;
  }

  /** The run that goes on with {@code next}, or null where nobody took this path yet. */
  @Nullable FrameRun find(Frame next) {
    FrameRun candidate = latestNext;
    FrameRun previous = null;
    for (int i = 0; candidate != null && i < MAX_SIBLINGS; i++) {
      if (candidate.frame == next) {
        if (previous != null) {
          // To the front: the next session most likely takes the same path.
          previous.nextSibling = candidate.nextSibling;
          candidate.nextSibling = latestNext;
          latestNext = candidate;
        }
        return candidate;
      }
      previous = candidate;
      candidate = candidate.nextSibling;
    }
    return null;
  }

  /** The run that goes on with {@code next}, which is sent as {@code sent}. */
  FrameRun append(Frame next, byte[] sent, Framing framing) {
    FrameRun run = new FrameRun(this, next, sent, framedBytes + framing.size(next, sent));
    run.nextSibling = latestNext;
    latestNext = run;
    return run;
  }

  /** The joined bytes, made at the first call; they belong to this run until {@link #release}. */
  ByteBuf joined(ByteBufAllocator allocator, Framing framing) {
    ByteBuf bytes = joined;
    if (bytes == null) {
      bytes = allocator.directBuffer(framing.overhead() + framedBytes);
      framing.begin(bytes, framedBytes);
      write(bytes, framing);
      framing.end(bytes);
      joined = bytes;
    }
    return bytes;
  }

  boolean isJoined() {
    return joined != null;
  }

  void release() {
    if (joined != null) {
      joined.release();
      joined = null;
    }
  }

  /** From the last frame back to the first, each at the place where it will stand. */
  private void write(ByteBuf target, Framing framing) {
    int start = target.writerIndex();
    FrameRun run = this;
    while (run.before != null && run.frame != null) {
      target.writerIndex(start + run.before.framedBytes);
      framing.write(run.frame, run.payload, target);
      run = run.before;
    }
    target.writerIndex(start + framedBytes);
  }
}
