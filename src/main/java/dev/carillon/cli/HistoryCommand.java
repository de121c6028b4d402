package dev.carillon.cli;

import dev.carillon.event.InvalidTopicException;
import dev.carillon.event.Topic;
import dev.carillon.store.StoreArchive;
import dev.carillon.store.StoreCheck;
import dev.carillon.store.StoreUnavailableException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carillon history}: what a topic keeps, and the care of a store's file. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints the history of a topic, oldest first, one line of JSON an event.",
      "",
      "check, export and import work on the file of a store that no node has open.",
      ""
    },
    footer = {
      "",
      "  carillon history chat.lobby --after 30",
      "  carillon history purge chat.lobby",
      "  carillon history check data/carillon.db",
      "  carillon history export data/carillon.db > histories.ndjson",
      "  carillon history import new.db < histories.ndjson",
      "",
      "Exit codes: 0 done, 1 failed or damaged, 2 asked wrongly."
    })
final class HistoryCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  private final Shell shell;

  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;

  @Parameters(arity = "0..1", paramLabel = "TOPIC", description = "A topic that keeps history.")
  private @Nullable String topic;

  @Option(names = "--after", paramLabel = "OFFSET", description = "Begin behind this offset.")
  private long after;

  @Option(names = "--limit", paramLabel = "N", description = "Print N events at most.")
  private long limit;

  HistoryCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (topic == null) {
      throw new ParameterException(spec.commandLine(), "which topic? or check, export, import?");
    }
    if (after < 0 || limit < 0) {
      throw new ParameterException(spec.commandLine(), "--after and --limit are 0 or more");
    }
    String path = path(topic);
    PrintWriter results = shell.results();
    HttpCalls calls = new HttpCalls(shell, server);
    long from = after;
    long left = limit == 0 ? Long.MAX_VALUE : limit;
    boolean more = true;
    while (more && left > 0) {
      JsonPage page =
          calls.page(path + "?after=" + from + "&limit=" + Math.min(PAGE, left), "events");
      page.items().forEach(results::println);
      left -= page.items().size();
      if (!page.items().isEmpty()) {
        from = lastOffset(page, calls);
      }
      // Pages end early where they grow too large.
      more =
          !page.items().isEmpty()
              && !String.valueOf(from).equals(page.fields().get("last"))
              && !results.checkError();
    }
    results.flush();
    return Exit.OK;
  }

  private static long lastOffset(JsonPage page, HttpCalls calls) {
    String event = page.items().get(page.items().size() - 1);
    try {
      return Objects.requireNonNull(new JsonObject(event).getLong("offset"));
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw calls.notCarillon(e);
    }
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Removes a topic's history; its next event is the first of another epoch.")
  int purge(
      @Mixin ServerOptions of,
      @Parameters(paramLabel = "TOPIC", description = "A topic that keeps history.") String name) {
    JsonObject bounds = new HttpCalls(shell, of).call("DELETE", path(name));
    print(bounds.encode());
    return Exit.OK;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Reads all of a store's file: its pages, every event's checksum, every offset.",
        "Exits 1 when anything is not as it was written, with a line for each problem."
      })
  int check(@Parameters(paramLabel = "FILE", description = "The file of a store.") Path file) {
    shell.quietLog().run();
    StoreCheck.Report report = orFail(() -> StoreCheck.check(file));
    report.problems().forEach(shell::say);
    print(
        file
            + (report.isWhole() ? ": ok" : ": damaged")
            + " topics="
            + report.topics()
            + " events="
            + report.events()
            + " bytes="
            + report.bytes());
    return report.isWhole() ? Exit.OK : Exit.FAILED;
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Writes the histories of a store's file to standard output, one line of JSON an event.",
        "One that broke off goes on behind the last line that was written: --after TOPIC:OFFSET."
      })
  int export(
      @Parameters(paramLabel = "FILE", description = "The file of a store.") Path file,
      @Option(
              names = "--after",
              paramLabel = "TOPIC:OFFSET",
              defaultValue = "",
              description = "Go on behind this event.")
          String place) {
    shell.quietLog().run();
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("store " + file + " does not exist");
    }
    int colon = place.lastIndexOf(':');
    if (!place.isEmpty() && (colon < 1 || !place.substring(colon + 1).matches("[0-9]{1,18}"))) {
      throw new ParameterException(spec.commandLine(), "--after is TOPIC:OFFSET");
    }
    long written =
        orFail(
            () -> {
              try (Writer out =
                  new BufferedWriter(new OutputStreamWriter(shell.out(), StandardCharsets.UTF_8))) {
                return StoreArchive.export(
                    file,
                    colon < 0 ? "" : place.substring(0, colon),
                    colon < 0 ? 0 : Long.parseLong(place.substring(colon + 1)),
                    out,
                    this::progress);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    shell.say("exported " + written + " events");
    return Exit.OK;
  }

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description = {
        "Stores what export wrote, from standard input, with its epochs and offsets.",
        "What is there already is passed over, so one that broke off is just begun again."
      })
  int load(
      @Parameters(paramLabel = "FILE", description = "The file of a store; made if need be.")
          Path file) {
    shell.quietLog().run();
    StoreArchive.Imported imported =
        orFail(
            () -> {
              try (BufferedReader in =
                  new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8))) {
                return StoreArchive.load(file, in, this::progress);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    shell.say(
        "imported " + imported.stored() + " events, " + imported.skipped() + " were there already");
    return Exit.OK;
  }

  private interface Work<T> {
    T run();
  }

  private static <T> T orFail(Work<T> work) {
    try {
      return work.run();
    } catch (StoreUnavailableException | UncheckedIOException e) {
      throw new CommandFailure(Carillon.oneLine(String.valueOf(e.getMessage())), e);
    }
  }

  private void progress(long events) {
    if (shell.errIsTerminal()) {
      shell.err().print("\r" + events + " events ");
      shell.err().flush();
    }
  }

  private void print(String line) {
    PrintWriter results = shell.results();
    results.println(line);
    results.flush();
  }

  private String path(String name) {
    try {
      return "/v1/topics/" + HttpCalls.encoded(new Topic(name).name()) + "/events";
    } catch (InvalidTopicException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }
}
