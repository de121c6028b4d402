package dev.carillon.gateway;

import dev.carillon.bench.Events;
import dev.carillon.event.EventFrame;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Frames that become the bytes of one write, which no other session shares. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameRunBenchmark {
  private static final int FRAMES = 16;

  private final PayloadDeflater deflater = new PayloadDeflater();
  private final EventFrame[] frames =
      Stream.generate(() -> Events.frameOf("bench")).limit(FRAMES).toArray(EventFrame[]::new);

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int join() {
    FrameRun run = FrameRun.empty();
    for (EventFrame frame : frames) {
      byte[] payload = Framing.WEBSOCKET.payload(frame, deflater);
      run = run.append(frame, payload, Framing.WEBSOCKET);
    }
    int bytes = run.joined(ByteBufAllocator.DEFAULT, Framing.WEBSOCKET).readableBytes();
    run.release();
    return bytes;
  }
}
