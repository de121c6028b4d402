package dev.carillon.cli.bench;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * What a run found out.
 *
 * @param seconds from the first counted event's sending to the last delivery
 * @param sendSeconds from the first counted event's sending to the last one's
 * @param counted deliveries of counted events
 * @param delivered deliveries of all events, with the warm-up
 * @param announced events that the server said it did not deliver
 * @param outOfOrder deliveries that came twice or after a later one
 * @param refusals publishes that the server refused, by code
 * @param closed subscribers that the server sent away
 * @param trouble why the run ended before everything was settled; empty: it did not
 */
public record BenchResult(
    BenchPlan plan,
    double seconds,
    double sendSeconds,
    long countedEvents,
    long counted,
    long delivered,
    long announced,
    long outOfOrder,
    Map<String, Long> refusals,
    long closed,
    Histogram latencyNanos,
    CpuUse cpu,
    OptionalLong serverMemory,
    String bottleneck,
    String trouble) {
  private static final double MICRO = 1e3;

  private long refused() {
    return refusals.values().stream().mapToLong(Long::longValue).sum();
  }

  private long expected() {
    return (plan.allEvents() - refused()) * plan.subscribers();
  }

  /** Deliveries that neither came nor were announced as lost. */
  public long missing() {
    return expected() - delivered - announced;
  }

  /** Whether every event came in order, or was announced as lost. */
  public boolean isSound() {
    return missing() == 0 && outOfOrder == 0 && trouble.isEmpty();
  }

  private double perSecond(long amount, double time) {
    return time > 0 ? amount / time : 0;
  }

  /** The result for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("load        " + load());
    lines.add(
        line(
            "delivered   %,d in %.2f s: %,.0f/s (%,.0f events/s)",
            counted, seconds, perSecond(counted, seconds), perSecond(countedEvents, sendSeconds)));
    lines.add(
        line(
            "latency     p50 %s, p99 %s, p99.9 %s, max %s",
            time(50), time(99), time(99.9), time(100)));
    lines.add(
        line(
            "lost        %,d announced, %,d missing; order %s",
            announced, missing(), outOfOrder == 0 ? "kept" : "broken " + outOfOrder + " times"));
    if (!refusals.isEmpty()) {
      lines.add("refused     " + refused() + " publishes: " + refusals);
    }
    if (closed > 0) {
      lines.add("sent away   " + closed + " subscribers");
    }
    lines.add("cpu         " + cpuWords());
    serverMemory.ifPresent(
        bytes -> lines.add(line("memory      server %,.1f MiB", bytes / 1048576.0)));
    lines.add("bottleneck  " + bottleneck);
    if (!trouble.isEmpty()) {
      lines.add("ended early " + trouble);
    }
    return lines;
  }

  private String load() {
    String pace =
        plan.pace() instanceof BenchPlan.Window window
            ? line("window %,d", window.events())
            : line("%,.0f events/s", ((BenchPlan.Rate) plan.pace()).perSecond());
    return line(
        "%,d subscribers%s, %,d publisher%s, %,d events of %,d bytes, %s, %,d of warm-up",
        plan.subscribers(),
        plan.stalled() == 0 ? "" : line(" and %,d that never read", plan.stalled()),
        plan.publishers(),
        plan.publishers() == 1 ? "" : "s",
        plan.events(),
        plan.size(),
        pace,
        plan.warmup());
  }

  private String cpuWords() {
    String server =
        cpu.serverCores().isEmpty()
            ? "server unknown (--pid)"
            : line(
                "server %.2f cores, %.2f µs a delivery",
                cpu.serverCores().getAsDouble(), serverMicrosADelivery());
    return server + line("; generator %.2f cores", cpu.ownCores());
  }

  private double serverMicrosADelivery() {
    return counted == 0 ? 0 : cpu.server().orElse(0) / MICRO / counted;
  }

  private String time(double percentile) {
    double micros = latencyNanos.getValueAtPercentile(percentile) / MICRO;
    return micros < 1000 ? line("%.0f µs", micros) : line("%,.2f ms", micros / 1000);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** The result for programs: times in microseconds. */
  public JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("subscribers", plan.subscribers())
            .put("stalled", plan.stalled())
            .put("publishers", plan.publishers())
            .put("events", plan.events())
            .put("warmup", plan.warmup())
            .put("size", plan.size());
    if (plan.pace() instanceof BenchPlan.Window window) {
      json.put("window", window.events());
    } else if (plan.pace() instanceof BenchPlan.Rate rate) {
      json.put("rate", rate.perSecond());
    }
    json.put("seconds", seconds)
        .put("deliveries", counted)
        .put("deliveriesPerSecond", perSecond(counted, seconds))
        .put("eventsPerSecond", perSecond(countedEvents, sendSeconds))
        .put(
            "latencyMicros",
            new JsonObject()
                .put("p50", micros(50))
                .put("p99", micros(99))
                .put("p99.9", micros(99.9))
                .put("max", micros(100)))
        .put("announced", announced)
        .put("missing", missing())
        .put("outOfOrder", outOfOrder)
        .put("refused", new JsonObject(Map.copyOf(refusals)))
        .put("sentAway", closed)
        .put("generatorCores", cpu.ownCores());
    if (cpu.serverCores().isPresent()) {
      json.put("serverCores", cpu.serverCores().getAsDouble())
          .put("serverMicrosADelivery", serverMicrosADelivery());
    }
    serverMemory.ifPresent(bytes -> json.put("serverMemoryBytes", bytes));
    return json.put("bottleneck", bottleneck).put("endedEarly", trouble);
  }

  private double micros(double percentile) {
    return latencyNanos.getValueAtPercentile(percentile) / MICRO;
  }
}
