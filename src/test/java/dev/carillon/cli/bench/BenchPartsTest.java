package dev.carillon.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.ServerUrl;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.HdrHistogram.Histogram;

class BenchPartsTest {

  @Property
  void framesAreFoundHoweverTheyAreCut(
      @ForAll @Size(max = 20) List<@IntRange(max = 70_000) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 100_000) int chunk) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    for (int length : lengths) {
      wire.writeBytes(serverFrame("x".repeat(length)));
    }
    byte[] all = wire.toByteArray();

    List<Integer> found = new ArrayList<>();
    byte[] rest = new byte[0];
    for (int at = 0; at < all.length; at += chunk) {
      int more = Math.min(chunk, all.length - at);
      byte[] bytes = new byte[rest.length + more];
      System.arraycopy(rest, 0, bytes, 0, rest.length);
      System.arraycopy(all, at, bytes, rest.length, more);
      int end = Frames.scan(bytes, 0, bytes.length, (opcode, b, from, to) -> found.add(to - from));
      rest = Frames.copy(bytes, end, bytes.length);
    }

    assertThat(found).isEqualTo(lengths);
    assertThat(rest).isEmpty();
  }

  private static byte[] serverFrame(String text) {
    byte[] masked = Frames.make(Frames.TEXT, text.getBytes(StandardCharsets.US_ASCII));
    int head = masked.length - text.length();
    byte[] plain = new byte[masked.length - 4];
    System.arraycopy(masked, 0, plain, 0, head - 4);
    plain[1] &= 0x7f;
    System.arraycopy(masked, head, plain, head - 4, text.length());
    return plain;
  }

  @Property
  void aPayloadSaysWhatWasPutIntoIt(
      @ForAll @LongRange(min = 0) long nanos,
      @ForAll @LongRange(min = 0, max = Payload.MAX_EVENTS) long event,
      @ForAll @IntRange(max = Payload.MAX_PUBLISHERS) int publisher,
      @ForAll boolean counts,
      @ForAll @IntRange(min = BenchPlan.MIN_SIZE, max = 300) int size,
      @ForAll boolean last) {
    byte[] payload = Payload.blank(size);
    Payload.set(payload, 0, nanos, event, publisher, counts);
    String data = new String(payload, StandardCharsets.US_ASCII);
    byte[] frame =
        ("{\"type\":\"event\",\"data\":" + data + (last ? "}" : ",\"key\":\"k\"}"))
            .getBytes(StandardCharsets.US_ASCII);

    int at = Payload.find(frame, 0, frame.length, size);

    assertThat(Payload.nanos(frame, at)).isEqualTo(nanos);
    assertThat(Payload.event(frame, at)).isEqualTo(event);
    assertThat(Payload.publisher(frame, at)).isEqualTo(publisher);
    assertThat(Payload.counts(frame, at)).isEqualTo(counts);
  }

  @Example
  void linuxSaysHowMuchTimeWasSpent() {
    assertThat(
            CpuReading.ticks("17 (a) b) c) S 1 1 1 0 -1 4194560 1 0 0 0 25 17 0 0 20 0 1 0 5 6 7"))
        .isEqualTo(42);
    assertThat(CpuReading.busyTicks("cpu  1 2 4 1000 1000 8 16 32 64 64"))
        .isEqualTo(1 + 2 + 4 + 8 + 16);
    assertThat(ServerProcess.count("0-3,8,10-11")).isEqualTo(7);
  }

  @Example
  void ownReadingsMoveForward() {
    OptionalLong self = OptionalLong.of(ProcessHandle.current().pid());
    List<Long> thread = List.of(Thread.currentThread().getId());
    CpuReading begin = CpuReading.take(thread, self);
    long until = System.nanoTime() + 100_000_000;
    long spin = 0;
    while (System.nanoTime() < until) {
      spin++;
    }

    CpuUse use = CpuUse.between(begin, CpuReading.take(thread, self));

    assertThat(spin).isPositive();
    assertThat(use.own()).isPositive();
    assertThat(use.ownBusiest()).isBetween(0.0, 1.0);
    assertThat(use.wallNanos()).isGreaterThanOrEqualTo(100_000_000);
  }

  private static CpuUse use(
      double machine, double own, double ownBusiest, double server, double serverBusiest) {
    long second = 1_000_000_000;
    return new CpuUse(
        second,
        OptionalLong.of((long) (machine * second)),
        (long) (own * second),
        ownBusiest,
        server < 0 ? OptionalLong.empty() : OptionalLong.of((long) (server * second)),
        server < 0 ? OptionalDouble.empty() : OptionalDouble.of(serverBusiest));
  }

  private static String verdict(BenchPlan.Pace pace, double perSecond, CpuUse cpu) {
    return Bottleneck.of(pace, perSecond, cpu, 4, OptionalInt.of(4), 8);
  }

  @Example
  void theBusySideIsTheBottleneck() {
    BenchPlan.Pace window = new BenchPlan.Window(64);
    BenchPlan.Pace rate = new BenchPlan.Rate(1000);

    assertThat(verdict(rate, 999, use(5, 2, 0.99, 2, 0.99))).contains("neither: the rate was kept");
    assertThat(verdict(rate, 500, use(5, 2, 0.5, 2, 0.95)))
        .startsWith("the server")
        .contains("95 %");
    assertThat(verdict(window, 500, use(5, 2, 0.97, 2, 0.95))).startsWith("the generator");
    assertThat(verdict(window, 500, use(2, 1, 0.3, 1, 0.3))).contains("larger --window");
    assertThat(verdict(window, 500, use(8, 1, 0.3, 1, 0.3))).contains("other programs used 6.0");
    assertThat(verdict(window, 500, use(2, 1, 0.3, -1, 0))).contains("--pid");
    assertThat(Bottleneck.of(window, 500, use(4, 2, 0.9, 2, 0.9), 4, OptionalInt.of(4), 4))
        .contains("together used all of its 4 cores");
    assertThat(Bottleneck.of(window, 500, use(1.5, 0.5, 0.5, 0.97, 0.5), 1, OptionalInt.of(1), 2))
        .startsWith("the server");
  }

  @Example
  void aResultIsSoundOnlyWhenEveryEventIsAccountedFor() {
    assertThat(result(200, 0, 0, Map.of()).isSound()).isTrue();
    assertThat(result(150, 50, 0, Map.of()).isSound()).isTrue();
    assertThat(result(180, 0, 0, Map.of("overloaded", 10L)).isSound()).isTrue();
    assertThat(result(199, 0, 0, Map.of()).isSound()).isFalse();
    assertThat(result(200, 0, 1, Map.of()).isSound()).isFalse();
  }

  private static BenchResult result(
      long delivered, long announced, long outOfOrder, Map<String, Long> refusals) {
    BenchPlan plan =
        new BenchPlan(
            ServerUrl.parse("http://h:1"),
            Optional.empty(),
            "bench",
            2,
            0,
            1,
            90,
            10,
            new BenchPlan.Window(1),
            64,
            1,
            OptionalLong.empty());
    return new BenchResult(
        plan,
        1,
        1,
        90,
        delivered,
        delivered,
        announced,
        outOfOrder,
        refusals,
        0,
        new Histogram(3),
        use(1, 1, 1, 1, 1),
        OptionalLong.empty(),
        "",
        "");
  }
}
