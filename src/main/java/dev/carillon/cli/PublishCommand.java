package dev.carillon.cli;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.ConnectPolicy;
import dev.carillon.client.OutgoingEvent;
import dev.carillon.client.PublishPolicy;
import dev.carillon.client.Published;
import dev.carillon.event.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carillon publish}: one event from the command line, or one a line from standard input. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Publishes one event, or one for each line of standard input, and waits until the server has"
          + " acknowledged all of them.",
      "",
      "DATA that is JSON is published as JSON, anything else as text; --text and --json say which."
          + " With '-' the same holds for each line, which goes out as soon as it is read. With"
          + " --ndjson each line is {\"topic\":…, \"data\":…, \"key\":…, \"eventId\":…}.",
      "",
      "What gets no answer is tried again under the same event id, so that it is published once.",
      ""
    },
    footer = {
      "",
      "  carillon publish orders.created '{\"id\": 17}' --key o-17",
      "  tail -F app.log | carillon publish logs.app - --text",
      "  carillon publish --ndjson < events.ndjson",
      "",
      "Exit codes: 0 all acknowledged, 1 not all (standard error says which), 2 asked wrongly."
    })
final class PublishCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int MAX_LINE_BYTES = 1 << 20;

  private final Shell shell;

  @Mixin private ServerOptions server;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "TOPIC",
      description = "The topic; with --ndjson for lines that name none.")
  private @Nullable String topic;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DATA",
      description = "The event's data; '-' reads an event a line from standard input.")
  private @Nullable String data;

  @ArgGroup private @Nullable Form form;

  @Option(names = "--key", paramLabel = "KEY", description = "What the event is about.")
  private @Nullable String key;

  @Option(
      names = "--event-id",
      paramLabel = "ID",
      description = "The event's own id; of two with one id the server takes the first.")
  private @Nullable String eventId;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "256",
      description = "Events without an answer at most (default: ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long one attempt may take (default: ${DEFAULT-VALUE}).")
  private double timeoutSeconds;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "5",
      description = "Attempts after the first, with backoff (default: ${DEFAULT-VALUE}).")
  private int retries;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description = "How long to try for a connection; 0: for ever (default: ${DEFAULT-VALUE}).")
  private double connectSeconds;

  @Option(
      names = {"-q", "--quiet"},
      description = "Say nothing but failures.")
  private boolean quiet;

  /** How data are to be read; one of them at most. */
  static final class Form {
    @Option(names = "--text", description = "DATA or each line is text, also if it is JSON.")
    private boolean text;

    @Option(names = "--json", description = "DATA or each line must be JSON.")
    private boolean json;

    @Option(names = "--base64", description = "DATA or each line is bytes in base64.")
    private boolean base64;

    @Option(names = "--ndjson", description = "Each line is an event with its topic.")
    private boolean ndjson;

    private DataForm dataForm() {
      return text ? DataForm.TEXT : json ? DataForm.JSON : base64 ? DataForm.BASE64 : DataForm.AUTO;
    }
  }

  PublishCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean ndjson = form != null && form.ndjson;
    DataForm dataForm = form == null ? DataForm.AUTO : form.dataForm();
    boolean fromInput = ndjson || STANDARD_INPUT.equals(data);
    Optional<OutgoingEvent> event = Optional.empty();
    ClientOptions options;
    try {
      checkArguments(ndjson, fromInput);
      options = options();
      if (!fromInput) {
        event = Optional.of(singleEvent(dataForm));
      }
    } catch (IllegalArgumentException e) {
      throw server.misuse(e);
    }
    shell.quietLog().run();
    Vertx vertx = ClientVertx.create(1);
    try {
      CarillonClient client = connect(vertx, options);
      try {
        return event.isPresent()
            ? publish(client, event.get())
            : publishLines(vertx, client, source(ndjson, dataForm));
      } finally {
        Futures.await(client.close());
      }
    } finally {
      vertx.close();
    }
  }

  private void checkArguments(boolean ndjson, boolean fromInput) {
    if (topic == null && !ndjson) {
      throw new IllegalArgumentException("no TOPIC given");
    }
    if (topic != null) {
      new Topic(topic);
    }
    if (data == null && !ndjson) {
      throw new IllegalArgumentException(
          "no DATA given; allowed: the data themselves, or - for a line per event from standard"
              + " input");
    }
    if (ndjson && data != null && !fromInputOnly(data)) {
      throw new IllegalArgumentException("--ndjson reads standard input and takes no DATA");
    }
    if (fromInput && eventId != null) {
      throw new IllegalArgumentException("--event-id is for a single event; lines need their own");
    }
    if (ndjson && key != null) {
      throw new IllegalArgumentException("--key is not for --ndjson, whose lines have their own");
    }
    if (inFlight < 1 || inFlight > 100_000) {
      throw new IllegalArgumentException("--in-flight " + inFlight + "; allowed: 1 to 100000");
    }
  }

  private static boolean fromInputOnly(String given) {
    return given.equals(STANDARD_INPUT);
  }

  private ClientOptions options() {
    ClientOptions options = server.clientOptions();
    return options
        .withConnect(
            ConnectPolicy.DEFAULT.withFirstWithin(millis("--connect-timeout", connectSeconds)))
        .withPublish(
            PublishPolicy.DEFAULT
                .withTimeout(millis("--timeout", timeoutSeconds))
                .withRetries(retries)
                .withMaxPending(inFlight, Long.MAX_VALUE));
  }

  private static Duration millis(String option, double seconds) {
    if (!(seconds >= 0 && seconds <= 1e6)) {
      throw new IllegalArgumentException(option + " " + seconds + "; allowed: 0 to 1000000");
    }
    return Duration.ofMillis((long) (seconds * 1000));
  }

  private OutgoingEvent singleEvent(DataForm dataForm) {
    OutgoingEvent event = withKey(dataForm.event(String.valueOf(topic), String.valueOf(data)));
    return eventId == null ? event : event.withEventId(eventId);
  }

  private OutgoingEvent withKey(OutgoingEvent event) {
    return key == null ? event : event.withKey(key);
  }

  private LineSource source(boolean ndjson, DataForm dataForm) {
    if (ndjson) {
      Optional<String> defaultTopic = Optional.ofNullable(topic);
      return line -> NdjsonLine.read(line, defaultTopic);
    }
    String to = String.valueOf(topic);
    return line -> withKey(dataForm.event(to, line));
  }

  private static CarillonClient connect(Vertx vertx, ClientOptions options)
      throws InterruptedException {
    try {
      return Futures.get(CarillonClient.connect(vertx, options));
    } catch (ExecutionException e) {
      throw Failures.connecting(Futures.cause(e));
    }
  }

  private int publish(CarillonClient client, OutgoingEvent event) throws InterruptedException {
    Future<Published> publish = client.publish(event);
    try {
      Published published = Futures.get(publish);
      if (!quiet) {
        JsonObject answer = new JsonObject().put("eventId", published.eventId());
        published.offset().ifPresent(offset -> answer.put("offset", offset));
        published.epoch().ifPresent(epoch -> answer.put("epoch", epoch));
        PrintWriter results = shell.results();
        results.println(answer.encode());
        results.flush();
      }
      return Exit.OK;
    } catch (ExecutionException e) {
      throw new CommandFailure("not published: " + Failures.words(Futures.cause(e)), e);
    }
  }

  private int publishLines(Vertx vertx, CarillonClient client, LineSource source)
      throws IOException, InterruptedException {
    PublishTally tally = new PublishTally(shell);
    LinePublisher publisher = new LinePublisher(client, tally, inFlight);
    try (ProgressLine progress = ProgressLine.start(vertx, shell, quiet, tally::line)) {
      // Who stops it, wants to know how far it came.
      Thread interrupted = new Thread(() -> shell.say("interrupted: " + progress.last()));
      Runtime.getRuntime().addShutdownHook(interrupted);
      publisher.run(new Lines(shell.in(), MAX_LINE_BYTES), source);
      Runtime.getRuntime().removeShutdownHook(interrupted);
    }
    if (publisher.gaveUp()) {
      shell.say("carillon publish: stopped before the end of its input; " + tally.line());
      return Exit.FAILED;
    }
    if (!quiet || tally.failures() > 0) {
      shell.say(tally.line());
    }
    return tally.failures() == 0 ? Exit.OK : Exit.FAILED;
  }
}
