package dev.carillon.cli;

import dev.carillon.cluster.ClusterRefusedException;
import dev.carillon.config.Config;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import dev.carillon.server.CarillonServer;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code carillon serve}: runs a node until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a node until SIGTERM, which drains it; a second signal ends it at once.",
      "",
      "Once it serves, one line on standard output says where. --set overrides the environment"
          + " (CARILLON_HTTP_PORT=9000 is http.port), which overrides the file.",
      ""
    },
    footer = {
      "",
      "  carillon serve",
      "  carillon serve -c conf/public.json --set queue.events=64",
      "  CARILLON_HTTP_PORT=9000 carillon serve",
      "",
      "Exit codes: 0 drained and ended, 2 can't start (standard error says why)."
    })
final class ServeCommand implements Callable<Integer> {
  private static final int STARTED_AND_ENDED = 0;
  private static final int CAN_NOT_START = 2;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The JSON file; without one everything has its default.")
  private @Nullable Path file;

  @Option(names = "--host", paramLabel = "H", description = "The address to listen on: http.host.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port to listen on: http.port; 0 takes a free one.")
  private @Nullable String port;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One more setting, such as queue.events=64; may be repeated.")
  private List<String> settings = List.of();

  @Override
  public Integer call() throws InterruptedException {
    ConfigOutcome outcome = ConfigMistakes.load(sources());
    if (outcome instanceof ConfigOutcome.Accepted accepted) {
      return serve(accepted.config());
    }
    ConfigMistakes.print(outcome, commandLine().getErr());
    return CAN_NOT_START;
  }

  private ConfigSources sources() {
    ConfigSources sources = ConfigSources.NONE.withEnvironment(System.getenv());
    if (file != null) {
      sources = sources.withFile(file);
    }
    for (String setting : settings) {
      sources = sources.set(setting);
    }
    if (host != null) {
      sources = sources.option("--host", "http.host=" + host);
    }
    if (port != null) {
      sources = sources.option("--port", "http.port=" + port);
    }
    return sources;
  }

  private int serve(Config config) throws InterruptedException {
    Logging.configure(config.log());
    try {
      return run(config);
    } finally {
      Logging.finish();
    }
  }

  private int run(Config config) throws InterruptedException {
    CarillonServer server;
    try {
      server = CarillonServer.start(config).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      commandLine().getErr().println(problem(config, e.getCause()));
      return CAN_NOT_START;
    }
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    StopSignals.onFirst(
        () -> server.drain().onComplete(drained -> ended.complete(STARTED_AND_ENDED)));
    commandLine().getOut().println("listening on " + server.url());
    commandLine().getOut().flush();
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static String problem(Config config, @Nullable Throwable cause) {
    if (cause instanceof ClusterRefusedException refused) {
      return String.valueOf(refused.getMessage());
    }
    String at = config.http().host() + ":" + config.http().port();
    if (cause != null && isBinding(cause)) {
      return "http.port = "
          + config.http().port()
          + ": can't listen on "
          + at
          + ": "
          + cause.getMessage()
          + "; take a free port, or 0 for any";
    }
    return "http = "
        + at
        + ": can't start: "
        + (cause == null ? "unknown reason" : cause.getMessage());
  }

  /** Native transports say it in their own words: {@code bind(..) failed with error(-98): …}. */
  private static boolean isBinding(Throwable cause) {
    return cause instanceof BindException
        || cause.getCause() instanceof BindException
        || String.valueOf(cause.getMessage()).startsWith("bind(");
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("run by picocli only");
    }
    return spec.commandLine();
  }
}
