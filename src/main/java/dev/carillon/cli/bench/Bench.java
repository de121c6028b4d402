package dev.carillon.cli.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** One run. */
public final class Bench {
  private static final long LOOK_MS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Vertx vertx;
  private final BenchPlan plan;
  private final Consumer<String> progress;
  private final BenchClock clock = new BenchClock();
  private final List<LoopNumbers> numbers = new ArrayList<>();
  private final List<BenchLoop> loops = new ArrayList<>();
  private final AtomicReference<CpuReading> cpuAtBegin = new AtomicReference<>();
  private final BenchCourse course;

  private Bench(Vertx vertx, BenchPlan plan, Consumer<String> progress) {
    this.vertx = vertx;
    this.plan = plan;
    this.progress = progress;
    for (int i = 0; i < plan.loops(); i++) {
      numbers.add(new LoopNumbers());
    }
    this.course =
        new BenchCourse(plan, clock, numbers, () -> cpuAtBegin.compareAndSet(null, readCpu()));
    for (int i = 0; i < plan.loops(); i++) {
      loops.add(new BenchLoop(plan, clock, numbers.get(i), course, i));
    }
  }

  /**
   * Runs a plan; blocks until it is done.
   *
   * @param vertx with as many event loops as the plan says
   * @param progress told where the run stands, twice a second
   * @throws ExecutionException when the server can't be reached or refuses
   */
  public static BenchResult run(Vertx vertx, BenchPlan plan, Consumer<String> progress)
      throws ExecutionException, InterruptedException {
    return new Bench(vertx, plan, progress).run();
  }

  private BenchResult run() throws ExecutionException, InterruptedException {
    progress.accept("connecting");
    await(Future.all(loops.stream().map(vertx::deployVerticle).toList()));
    List<BenchPublisher> publishers = new ArrayList<>();
    loops.forEach(loop -> publishers.addAll(loop.publishers()));
    course.begin(publishers);
    String trouble;
    Pacer pacer = Pacer.start(plan.pace(), publishers, clock);
    try {
      trouble = awaitEnd();
    } finally {
      pacer.close();
    }
    CpuReading cpuAtEnd = readCpu();
    await(Future.all(loops.stream().map(BenchLoop::hangUp).toList()));
    return result(cpuAtEnd, trouble);
  }

  private String awaitEnd() throws ExecutionException, InterruptedException {
    long settled = -1;
    long movedAt = clock.nanos();
    for (int look = 0; ; look++) {
      try {
        return course.ended().get(LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = clock.nanos();
        if (course.settled() != settled) {
          settled = course.settled();
          movedAt = now;
        } else if (now - movedAt > PATIENCE_NANOS) {
          return "nothing came for 10 s";
        }
        if (look % 5 == 0) {
          progress.accept(100 * settled / (plan.allEvents() * plan.subscribers()) + " % delivered");
        }
      }
    }
  }

  private CpuReading readCpu() {
    return CpuReading.take(
        loops.stream().map(BenchLoop::threadId).distinct().toList(), plan.serverPid());
  }

  private BenchResult result(CpuReading cpuAtEnd, String trouble) {
    Histogram latency = new Histogram(3);
    long counted = 0;
    long delivered = 0;
    long announced = 0;
    long outOfOrder = 0;
    long closed = 0;
    long last = course.countingSinceNanos();
    String why = trouble;
    for (LoopNumbers loop : numbers) {
      latency.add(loop.latencyNanos);
      counted += loop.counted;
      delivered += loop.delivered;
      announced += loop.announced;
      outOfOrder += loop.outOfOrder;
      closed += loop.closed;
      last = Math.max(last, loop.lastNanos);
      if (!why.isEmpty() && loop.closed > 0) {
        why = trouble + "; " + loop.closed + " subscribers were sent away: " + loop.closeReason;
      }
    }
    CpuReading begin = cpuAtBegin.get();
    CpuUse cpu = CpuUse.between(begin == null ? cpuAtEnd : begin, cpuAtEnd);
    long since = course.countingSinceNanos();
    double sendSeconds = (course.lastSentNanos() - since) / 1e9;
    long countedEvents =
        Math.max(0, course.sent() - plan.warmup() / plan.publishers() * plan.publishers());
    return new BenchResult(
        plan,
        (last - since) / 1e9,
        sendSeconds,
        countedEvents,
        counted,
        delivered,
        announced,
        outOfOrder,
        course.refusals(),
        closed,
        latency,
        cpu,
        plan.serverPid().isPresent()
            ? new ServerProcess(plan.serverPid().getAsLong()).memory()
            : OptionalLong.empty(),
        bottleneck(cpu, sendSeconds > 0 ? countedEvents / sendSeconds : 0),
        why);
  }

  private String bottleneck(CpuUse cpu, double perSecond) {
    OptionalInt serverCores =
        plan.serverPid().isPresent()
            ? new ServerProcess(plan.serverPid().getAsLong()).cores()
            : OptionalInt.empty();
    int ownCores = Runtime.getRuntime().availableProcessors();
    int allCores = Math.max(ownCores, serverCores.orElse(0));
    OptionalInt online = ServerProcess.machineCores();
    return Bottleneck.of(
        plan.pace(), perSecond, cpu, ownCores, serverCores, Math.max(allCores, online.orElse(0)));
  }

  private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
    return future.toCompletionStage().toCompletableFuture().get();
  }
}
