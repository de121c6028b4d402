package dev.carillon.gateway;

import dev.carillon.event.Frame;
import dev.carillon.hub.FrameSink;
import dev.carillon.hub.SubscriberQueue;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
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

  private final List<FrameRun> joinedRuns = new ArrayList<>();
  private final Map<Framing, FrameRun> roots = new EnumMap<>(Framing.class);
  private final PayloadDeflater deflater = new PayloadDeflater();
  private Framing framing = Framing.WEBSOCKET;
  private FrameRun run = FrameRun.empty();
  private boolean used;
  private FrameSink sent = NOBODY;

  /**
   * Writes what waits in {@code queue} until nothing is left or the socket takes no more.
   *
   * @return frames' bytes written
   */
  long write(ChannelHandlerContext ctx, SubscriberQueue queue, Framing framing) {
    return write(ctx, queue, framing, NOBODY);
  }

  /**
   * The same.
   *
   * @param sent sees every frame
   */
  long write(ChannelHandlerContext ctx, SubscriberQueue queue, Framing framing, FrameSink sent) {
    this.sent = sent;
    Channel channel = ctx.channel();
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
      ctx.writeAndFlush(run.joined(ctx.alloc(), framing).retainedDuplicate(), ctx.voidPromise());
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

  @Override
  public void accept(Frame frame) {
    FrameRun next = run.find(frame);
    run = next != null ? next : run.append(frame, framing.payload(frame, deflater), framing);
    sent.accept(frame);
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
