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

/**
 * One publisher, and subscribers of one topic that never read: each event is lost by all of them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LossBenchmark {
  /** Subscribers, each of which loses every event. */
  @Param({"100", "10000"})
  public int deliveries;

  private Hub hub;
  private EventFrame frame;

  @Setup
  public void subscribe(Blackhole asked) {
    hub = BenchHub.of(deliveries, () -> new Stalled(asked));
    frame = Events.frameOf(BenchHub.TOPIC);
    for (int i = 0; i < HubSettings.DEFAULT.limits().maxEvents(); i++) {
      hub.publish(frame);
    }
  }

  @Benchmark
  public void publish() {
    hub.publish(frame);
  }

  private record Stalled(Blackhole asked) implements Receiver {
    @Override
    public void ready(Subscriber subscriber) {
      asked.consume(subscriber);
    }

    @Override
    public void overflowed(Subscriber subscriber) {
      throw new IllegalStateException(subscriber + " is told of its losses and stays");
    }
  }
}
