package dev.carillon.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carillon dead-letters}: what could not be delivered. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = "Lists, brings back or removes what could not be delivered.",
    synopsisSubcommandLabel = "(list | redeliver | purge)",
    footer = {
      "",
      "  carillon dead-letters list --topic orders.created",
      "  carillon dead-letters redeliver --subscriber ann",
      "  carillon dead-letters redeliver 17",
      "  carillon dead-letters purge --topic orders.created",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked wrongly."
    })
final class DeadLettersCommand implements Runnable {
  private static final int PAGE = 1000;

  private final Shell shell;

  @Spec private CommandSpec spec;

  DeadLettersCommand(Shell shell) {
    this.shell = shell;
  }

  /** Which dead letters are meant. */
  static final class Filter {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "Of this topic only.")
    private @Nullable String topic;

    @Option(names = "--subscriber", paramLabel = "ID", description = "Of this subscriber only.")
    private @Nullable String subscriber;

    boolean isGiven() {
      return topic != null || subscriber != null;
    }

    String query() {
      return (topic == null ? "" : "topic=" + HttpCalls.encoded(topic) + "&")
          + (subscriber == null ? "" : "subscriber=" + HttpCalls.encoded(subscriber) + "&");
    }
  }

  /** One dead letter, or all that a filter lets through. */
  static final class Choice {
    @Mixin private final Filter all = new Filter();

    @Parameters(arity = "0..1", paramLabel = "ID", description = "One of them.")
    private @Nullable String id;

    /** The one that is meant; null where all that match are. */
    @Nullable String one(CommandSpec spec) {
      if (id != null && all.isGiven()) {
        throw new ParameterException(
            spec.commandLine(), "ID means one; --topic and --subscriber mean all that match");
      }
      return id;
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "list, redeliver or purge?");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Prints them, oldest first, one line of JSON each.")
  int list(
      @Mixin ServerOptions server,
      @Mixin Filter filter,
      @Option(names = "--limit", paramLabel = "N", description = "Print N at most.") long limit) {
    if (limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit is 0 or more");
    }
    PrintWriter results = shell.results();
    HttpCalls calls = new HttpCalls(shell, server);
    long left = limit == 0 ? Long.MAX_VALUE : limit;
    String after = "0";
    while (left > 0 && !after.isEmpty() && !results.checkError()) {
      JsonPage page =
          calls.page(
              "/v1/dead-letters?"
                  + filter.query()
                  + "after="
                  + HttpCalls.encoded(after)
                  + "&limit="
                  + Math.min(PAGE, left),
              "deadLetters");
      page.items().forEach(results::println);
      left -= page.items().size();
      after = page.fields().getOrDefault("next", "");
    }
    results.flush();
    return Exit.OK;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Brings one back, or all that match: to its subscriber, or to its topic when that is gone.",
        "What finds no room in the subscriber's queue stays."
      })
  int redeliver(@Mixin ServerOptions server, @Mixin Choice choice) {
    HttpCalls calls = new HttpCalls(shell, server);
    String id = choice.one(spec);
    long events = 0;
    if (id != null) {
      events =
          calls
              .call("POST", "/v1/dead-letters/" + HttpCalls.encoded(id) + "/redeliver")
              .getLong("redelivered", 0L);
    } else {
      String after = "0";
      while (!after.isEmpty()) {
        JsonObject done =
            calls.call(
                "POST", "/v1/dead-letters/redeliver?" + choice.all.query() + "after=" + after);
        events += done.getLong("redelivered", 0L);
        after = done.getString("next", "");
      }
    }
    say("redelivered " + events + " events");
    return Exit.OK;
  }

  @Command(mixinStandardHelpOptions = true, description = "Removes one, or all that match.")
  int purge(@Mixin ServerOptions server, @Mixin Choice choice) {
    HttpCalls calls = new HttpCalls(shell, server);
    String id = choice.one(spec);
    long purged = 1;
    if (id != null) {
      calls.call("DELETE", "/v1/dead-letters/" + HttpCalls.encoded(id));
    } else {
      purged = calls.call("DELETE", "/v1/dead-letters?" + choice.all.query()).getLong("purged", 0L);
    }
    say("purged " + purged);
    return Exit.OK;
  }

  private void say(String line) {
    PrintWriter results = shell.results();
    results.println(line);
    results.flush();
  }
}
