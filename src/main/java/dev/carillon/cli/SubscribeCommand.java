package dev.carillon.cli;

import dev.carillon.client.ClientOptions;
import dev.carillon.client.ConnectPolicy;
import dev.carillon.client.From;
import dev.carillon.event.Pattern;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carillon subscribe}: one JSON event a line. */
@Command(
    name = "subscribe",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints each event as one line of JSON, until it is stopped.",
      "",
      "Reconnects when the connection breaks. Gaps (what the server could not deliver) are lines of"
          + " JSON on standard error; so are notices, as text.",
      ""
    },
    footer = {
      "",
      "  carillon subscribe 'orders.>' chat.lobby",
      "  carillon subscribe chat.lobby --from last:20",
      "  carillon subscribe ticker.acme --data-only | jq .price",
      "",
      "Exit codes: 0 stopped or --count reached, 1 sent away by the server, 2 asked wrongly."
    })
final class SubscribeCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private ServerOptions server;

  @Parameters(
      arity = "1..*",
      paramLabel = "TOPIC",
      description = "Topics or patterns: * is one token, a last > one or more (quote them).")
  private List<String> topics;

  @Option(names = "--id", paramLabel = "ID", description = "The subscriber id to ask for.")
  private @Nullable String id;

  @Option(names = "--takeover", description = "Replace a connection that has this id; wants --id.")
  private boolean takeover;

  @Option(
      names = "--from",
      paramLabel = "PLACE",
      defaultValue = "",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description =
          "Begin in the topics' histories: earliest, last:N (the newest N), or EPOCH:OFFSET (behind"
              + " that place).")
  private String from;

  @Option(names = "--count", paramLabel = "N", description = "Leave after N events.")
  private long count;

  @Option(
      names = "--slow",
      paramLabel = "MS",
      description =
          "Wait that long after each event and read nothing meanwhile: shows what the server does"
              + " with a slow subscriber.")
  private long slowMs;

  @Option(names = "--data-only", description = "Print the data of events only.")
  private boolean dataOnly;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description =
          "How long to try for the first connection; 0: for ever (default: ${DEFAULT-VALUE}).")
  private double connectSeconds;

  @Option(
      names = {"-q", "--quiet"},
      description = "No notices on standard error, only gaps and failures.")
  private boolean quiet;

  SubscribeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    ClientOptions options;
    From place;
    try {
      place = FromOption.read(from);
      topics.forEach(Pattern::new);
      checkArguments();
      options =
          server
              .clientOptions()
              .withConnect(
                  ConnectPolicy.DEFAULT.withFirstWithin(
                      Duration.ofMillis((long) (connectSeconds * 1000))));
      if (id != null) {
        options = options.withSubscriber(id, takeover);
      }
    } catch (IllegalArgumentException e) {
      throw server.misuse(e);
    }
    shell.quietLog().run();
    Vertx vertx = ClientVertx.create(1);
    EventPrinter.Style style = new EventPrinter.Style(count, slowMs, dataOnly, quiet);
    EventPrinter printer = new EventPrinter(vertx, shell, style);
    try {
      return printer.run(options, topics, place);
    } finally {
      vertx.close();
    }
  }

  private void checkArguments() {
    if (count < 0 || slowMs < 0 || !(connectSeconds >= 0 && connectSeconds <= 1e6)) {
      throw new IllegalArgumentException("--count, --slow and --connect-timeout are 0 or more");
    }
    if (takeover && id == null) {
      throw new IllegalArgumentException("--takeover wants --id");
    }
  }
}
