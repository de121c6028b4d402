package dev.carillon.event;

import dev.carillon.bench.Events;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** An event as the bytes that its subscribers get, made once a node. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventFrameBenchmark {
  private final Event event = Events.of("orders.created");
  private final Event placed = event.withKey("order-17").at(new Position("epoch", 123_456));

  @Benchmark
  public EventFrame encode() {
    return new EventFrame(event);
  }

  @Benchmark
  public EventFrame encodeWithKeyAndOffset() {
    return new EventFrame(placed);
  }
}
