package dev.carillon.hub;

import dev.carillon.bench.Events;
import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A queue that keeps up, and a full one under each policy that lets it stay. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubscriberQueueBenchmark {
  private static final int EVENTS = 64;

  private static final HubMemory MEMORY =
      new HubMemory(HubSettings.DEFAULT.maxBytes(), HubListener.NONE);

  private final Event event = Events.of("bench").withKey("one");
  private final QueuedFrame dropNewest = queued(new OverflowPolicy.DropNewest());
  private final QueuedFrame dropOldest = queued(new OverflowPolicy.DropOldest());
  private final QueuedFrame conflate = queued(new OverflowPolicy.Conflate());

  private SubscriberQueue queue;
  private SubscriberQueue fullOfDropNewest;
  private SubscriberQueue fullOfDropOldest;
  private SubscriberQueue fullOfConflate;

  @Setup(Level.Iteration)
  public void fill() {
    queue = new SubscriberQueue(QueueLimits.DEFAULT, MEMORY);
    fullOfDropNewest = fullOf(dropNewest);
    fullOfDropOldest = fullOf(dropOldest);
    fullOfConflate = fullOf(conflate);
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void offerAndDrain(Blackhole taken) {
    for (int i = 0; i < EVENTS; i++) {
      queue.offer(dropNewest);
    }
    queue.drain(Long.MAX_VALUE, taken::consume);
  }

  @Benchmark
  public Object fullDropsNewest() {
    return fullOfDropNewest.offer(dropNewest);
  }

  @Benchmark
  public Object fullDropsOldest() {
    return fullOfDropOldest.offer(dropOldest);
  }

  @Benchmark
  public Object fullConflates() {
    return fullOfConflate.offer(conflate);
  }

  private QueuedFrame queued(OverflowPolicy overflow) {
    return new QueuedFrame(new EventFrame(event), new TopicPolicy(overflow, TopicPolicy.UNLIMITED));
  }

  private static SubscriberQueue fullOf(QueuedFrame frame) {
    SubscriberQueue full = new SubscriberQueue(QueueLimits.DEFAULT, MEMORY);
    for (int i = 0; i < QueueLimits.DEFAULT.maxEvents(); i++) {
      full.offer(frame);
    }
    return full;
  }
}
