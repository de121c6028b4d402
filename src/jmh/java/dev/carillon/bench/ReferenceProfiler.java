package dev.carillon.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Measures the CPU time of an operation, and that time in units of {@link ReferenceWork}, which
 * runs right before and after each iteration. Wall time would count what else runs on the machine.
 */
public final class ReferenceProfiler implements InternalProfiler {
  private static final long REFERENCE_NANOS = 50_000_000;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final ReferenceWork work = new ReferenceWork();
  private final Blackhole blackhole =
      new Blackhole(
          "Today's password is swordfish. I understand instantiating Blackholes directly is"
              + " dangerous.");

  private double unitNanosBefore;
  private Map<Long, Long> cpuBefore = Map.of();

  @Override
  public String getDescription() {
    return "CPU time, also in units of a fixed work";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    unitNanosBefore = unitNanos();
    cpuBefore = cpuByThread();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long cpuNanos = 0;
    for (Map.Entry<Long, Long> thread : cpuByThread().entrySet()) {
      cpuNanos += thread.getValue() - cpuBefore.getOrDefault(thread.getKey(), 0L);
    }
    double operationNanos = (double) cpuNanos / result.getMetadata().getAllOps();
    double unit = (unitNanosBefore + unitNanos()) / 2;
    return List.of(
        new ScalarResult("cpu", operationNanos, "ns/op", AggregationPolicy.AVG),
        new ScalarResult("ratio", operationNanos / unit, "units/op", AggregationPolicy.AVG));
  }

  /** CPU time of one unit of the reference, on this thread. */
  private double unitNanos() {
    long units = 0;
    long start = threads.getCurrentThreadCpuTime();
    long spent;
    do {
      blackhole.consume(work.run());
      units += ReferenceWork.UNITS;
      spent = threads.getCurrentThreadCpuTime() - start;
    } while (spent < REFERENCE_NANOS);
    return (double) spent / units;
  }

  /** Those of Java: what the compiler and the collector do is not the benchmark's. */
  private Map<Long, Long> cpuByThread() {
    Map<Long, Long> cpu = new HashMap<>();
    for (long id : threads.getAllThreadIds()) {
      cpu.put(id, Math.max(0, threads.getThreadCpuTime(id)));
    }
    return cpu;
  }
}
