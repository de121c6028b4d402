package dev.carillon.hub;

import dev.carillon.bench.Events;
import dev.carillon.event.EventFrame;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One publisher, and subscribers of one topic that take their events at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HubBenchmark {
  /** What a connection takes at once. */
  private static final int WRITE_BYTES = 64 * 1024;

  /** Subscribers, each of which gets every event. */
  @Param({"1", "100", "10000"})
  public int deliveries;

  private Hub hub;
  private EventFrame frame;

  @Setup
  public void subscribe(Blackhole taken) {
    FrameSink sink = taken::consume;
    hub = BenchHub.of(deliveries, () -> new Reader(sink));
    frame = Events.frameOf(BenchHub.TOPIC);
  }

  @Benchmark
  public void publish() {
    hub.publish(frame);
  }

  private record Reader(FrameSink sink) implements Receiver {
    @Override
    public void ready(Subscriber subscriber) {
      SubscriberQueue queue = subscriber.queue();
      while (!queue.isEmpty()) {
        queue.drain(WRITE_BYTES, sink);
      }
    }

    @Override
    public void overflowed(Subscriber subscriber) {
      throw new IllegalStateException(subscriber + " cannot overflow: it takes all");
    }
  }
}
