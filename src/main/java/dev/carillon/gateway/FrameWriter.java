package dev.carillon.gateway;

import dev.carillon.event.Frame;
import dev.carillon.hub.FrameSink;
import dev.carillon.hub.SubscriberQueue;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Moves frames from queues to sockets: what waits for a session leaves in one write, and sessions
 * with the same pending frames share the joined bytes.
 *
 * <p>Confined to its gateway's event loop. The shared bytes live from one {@link #endOfFlush} to
 * the next.
 */
final class FrameWriter implements FrameSink {
  /** Joined at most for one write; more waits for the next one. */
  private static final int MAX_WRITE_BYTES = 64 * 1024;

  private static final FrameSink NOBODY = frame -> {};

  private final boolean plain;
  private final List<FrameRun> joinedRuns = new ArrayList<>();
  private final Map<Framing, FrameRun> roots = new EnumMap<>(Framing.class);
  private final PayloadDeflater deflater = new PayloadDeflater();
  private Framing framing = Framing.WEBSOCKET;
  private FrameRun run = FrameRun.empty();
  private boolean used;
  private FrameSink sent = NOBODY;

  /**
   * Makes a gateway's writer.
   *
   * @param plain whether its connections go without TLS
   */
  FrameWriter(boolean plain) {
    this.plain = plain;
  }

  /**
   * Writes what waits in {@code queue} until nothing is left or the socket takes no more.
   *
   * @return frames' bytes written
   */
  long write(Channel channel, SubscriberQueue queue, Framing framing) {
    return write(channel, queue, framing, NOBODY);
  }

  /**
   * The same.
   *
   * @param sent sees every frame
   */
  long write(Channel channel, SubscriberQueue queue, Framing framing, FrameSink sent) {
    this.sent = sent;
    long written = 0;
    while (channel.isWritable() && !queue.isEmpty()) {
      this.framing = framing;
      run = root(framing);
      used = true;
      written += queue.drain(MAX_WRITE_BYTES, this);
      if (run.framedBytes() == 0) {
        break;
      }
      if (!run.isJoined()) {
        joinedRuns.add(run);
      }
      send(channel, run.joined(channel.alloc(), framing).retainedDuplicate());
    }
    return written;
  }

  /** Lets go of the shared bytes; the sockets that still send them hold their own references. */
  void endOfFlush() {
    if (!used) {
      return;
    }
    used = false;
    joinedRuns.forEach(FrameRun::release);
    joinedRuns.clear();
    roots.clear();
  }

  /** Nobody waits any more: what was kept for those whose turn was still to come may go as well. */
  void endOfRound() {
    deflater.forget();
  }

  @Override
  public void accept(Frame frame) {
    FrameRun next = run.find(frame);
    run = next != null ? next : run.append(frame, framing.payload(frame, deflater), framing);
    sent.accept(frame);
  }

  /**
   * Where no TLS stands between, past the pipeline: none of its handlers looks at what is written,
   * and to walk over them costs as many misses of the cache as the rest of a delivery.
   */
  private void send(Channel channel, ByteBuf bytes) {
    if (plain) {
      channel.unsafe().write(bytes, channel.voidPromise());
      channel.unsafe().flush();
    } else {
      channel.writeAndFlush(bytes, channel.voidPromise());
    }
  }

  private FrameRun root(Framing framing) {
    FrameRun root = roots.get(framing);
    if (root == null) {
      root = FrameRun.empty();
      roots.put(framing, root);
    }
    return root;
  }
}
