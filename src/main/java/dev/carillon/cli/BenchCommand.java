package dev.carillon.cli;

import dev.carillon.cli.bench.Bench;
import dev.carillon.cli.bench.BenchPlan;
import dev.carillon.cli.bench.BenchResult;
import dev.carillon.client.ClientOptions;
import dev.carillon.event.Topic;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code carillon bench}: how much a server does, and how fast. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures a server that is running: many subscribers of one topic, few publishers.",
      "",
      "Latency counts from when an event was meant to be sent, so that with --rate a server that"
          + " falls behind can't hide it. Says which side was the bottleneck; for that it needs"
          + " --pid of a server on this machine.",
      ""
    },
    footer = {
      "",
      "  carillon serve --port 9000 & carillon bench --url http://127.0.0.1:9000 --pid $!",
      "  carillon bench --subscribers 1000 --rate 500 --events 20000",
      "",
      "Exit codes: 0 every event came in order or was announced as lost, 1 not so, 2 asked wrongly."
    })
final class BenchCommand implements Callable<Integer> {
  private static final int DEFAULT_WINDOW = 64;
  private static final int DEFAULT_WARMUP_PART = 10;

  private final Shell shell;

  @Mixin private ServerOptions server;

  @Option(
      names = "--subscribers",
      paramLabel = "N",
      defaultValue = "100",
      description = "Subscribers that read as fast as they can (default: ${DEFAULT-VALUE}).")
  private int subscribers;

  @Option(
      names = "--stalled",
      paramLabel = "N",
      defaultValue = "0",
      description = "Subscribers more, that never read (default: ${DEFAULT-VALUE}).")
  private int stalled;

  @Option(
      names = "--publishers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Publishers (default: ${DEFAULT-VALUE}).")
  private int publishers;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Events of all publishers together (default: ${DEFAULT-VALUE}).")
  private long events;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Events before them that do not count (default: a tenth).")
  private @Nullable Long warmup;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Events on their way at most (default: 64, unless there is a rate).")
  private @Nullable Integer window;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Events a second, whatever comes back, in place of a window.")
  private @Nullable Double rate;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "128",
      description = "Bytes of an event's data, 40 or more (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = "bench",
      description = "The topic (default: ${DEFAULT-VALUE}).")
  private String topic;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops of the generator (default: one a core).")
  private @Nullable Integer loops;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "The server's process, if it runs on this machine: for its CPU and memory.")
  private @Nullable Long pid;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  private boolean json;

  BenchCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    BenchPlan plan;
    try {
      plan = plan();
    } catch (IllegalArgumentException e) {
      throw server.misuse(e);
    }
    shell.quietLog().run();
    Vertx vertx = ClientVertx.create(plan.loops());
    try {
      BenchResult result = Bench.run(vertx, plan, this::progress);
      progress("");
      print(result);
      return result.isSound() ? Exit.OK : Exit.FAILED;
    } catch (ExecutionException e) {
      progress("");
      throw new CommandFailure(
          plan.server()
              + ": "
              + Failures.words(Futures.cause(e))
              + "; 'carillon serve' starts a server, --url names another",
          e);
    } finally {
      vertx.close();
    }
  }

  private BenchPlan plan() {
    if (rate != null && window != null) {
      throw new IllegalArgumentException("--rate and --window exclude each other");
    }
    ClientOptions options = server.clientOptions();
    BenchPlan.Pace pace =
        rate != null
            ? new BenchPlan.Rate(rate)
            : new BenchPlan.Window(window == null ? DEFAULT_WINDOW : window);
    return new BenchPlan(
        options.server(),
        options.identity().token(),
        new Topic(topic).name(),
        subscribers,
        stalled,
        publishers,
        events,
        warmup == null ? events / DEFAULT_WARMUP_PART : warmup,
        pace,
        size,
        loops == null ? Runtime.getRuntime().availableProcessors() : loops,
        pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
  }

  private void progress(String line) {
    if (shell.errIsTerminal()) {
      shell.err().print("\r\u001b[K" + line);
      shell.err().flush();
    }
  }

  private void print(BenchResult result) {
    PrintWriter results = shell.results();
    if (json) {
      results.println(result.json().encode());
    } else {
      result.lines().forEach(results::println);
    }
    results.flush();
  }
}
