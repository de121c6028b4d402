package dev.carillon.gateway;

import dev.carillon.bench.Events;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Pattern;
import dev.carillon.hub.Hub;
import dev.carillon.hub.HubSettings;
import dev.carillon.hub.Receiver;
import dev.carillon.hub.Subscriber;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Events on their way through the hub into the writes of sessions that all share them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameWriterBenchmark {
  private static final int SESSIONS = 100;

  /** The sessions times the events that each of them gets in one write: 1, 16 and 64. */
  @Param({"100", "1600", "6400"})
  public int deliveries;

  private final FrameWriter writer = new FrameWriter(false);
  private Hub hub;
  private List<EventFrame> frames;

  @Setup
  public void connect() {
    hub = new Hub(HubSettings.DEFAULT);
    for (int i = 0; i < SESSIONS; i++) {
      hub.subscribe("s" + i, List.of(new Pattern("bench")), new Session(channelOfWrites()));
    }
    frames = Stream.generate(() -> Events.frameOf("bench")).limit(deliveries / SESSIONS).toList();
  }

  @Benchmark
  public void write() {
    hub.deliver(frames);
    hub.flush();
    writer.endOfFlush();
  }

  /** Where all that is written has been sent at once: by a handler, so not past the pipeline. */
  private static Channel channelOfWrites() {
    return new EmbeddedChannel(new Sent());
  }

  private static final class Sent extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object bytes, ChannelPromise promise) {
      ReferenceCountUtil.release(bytes);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
      // Nothing is kept.
    }
  }

  private final class Session implements Receiver {
    private final Channel channel;

    Session(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void ready(Subscriber subscriber) {
      writer.write(channel, subscriber.queue(), Framing.WEBSOCKET);
    }

    @Override
    public void overflowed(Subscriber subscriber) {
      throw new IllegalStateException(subscriber + " cannot overflow: it takes all");
    }
  }
}
