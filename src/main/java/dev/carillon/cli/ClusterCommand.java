package dev.carillon.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon cluster}: the nodes and how they see each other. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "Shows the nodes of a cluster and how they see each other.",
    synopsisSubcommandLabel = "status",
    footer = {
      "",
      "  carillon cluster status --url http://10.0.0.1:8080",
      "",
      "Exit codes: 0 all see each other, 1 they don't, or failed, 2 asked wrongly."
    })
final class ClusterCommand implements Runnable {
  /** What was wanted at the first look is known everywhere by the last, or something is wrong. */
  private static final int LOOKS = 6;

  private static final long BETWEEN_LOOKS_MS = 400;

  private final Shell shell;

  @Spec private CommandSpec spec;

  ClusterCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "status?");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Prints a row for each node, a line for each link that is not up or that lost events, and"
            + " whether all nodes see each other.",
        "Exit code 0 when every link is up and every node knows what every other wants, else 1."
      })
  int status(
      @Mixin ServerOptions server,
      @Option(names = "--json", description = "Print what GET /v1/cluster answers.") boolean json)
      throws InterruptedException {
    HttpCalls calls = new HttpCalls(shell, server);
    ClusterVerdict verdict = new ClusterVerdict();
    CountDownLatch never = new CountDownLatch(1);
    JsonObject answer = calls.call("GET", "/v1/cluster");
    ClusterLook look = look(calls, answer);
    verdict.add(look);
    for (int i = 1; i < LOOKS && verdict.isWorthAnotherLook(); i++) {
      never.await(BETWEEN_LOOKS_MS, TimeUnit.MILLISECONDS);
      answer = calls.call("GET", "/v1/cluster");
      look = look(calls, answer);
      verdict.add(look);
    }
    List<String> mistakes = verdict.mistakes();
    PrintWriter results = shell.results();
    if (json) {
      results.println(answer.encode());
    } else {
      ClusterTable.lines(look).forEach(results::println);
      mistakes.forEach(results::println);
      if (mistakes.isEmpty()) {
        results.println(allWell(look));
      }
    }
    results.flush();
    return mistakes.isEmpty() ? Exit.OK : Exit.FAILED;
  }

  private static ClusterLook look(HttpCalls calls, JsonObject answer) {
    try {
      return ClusterLook.of(answer);
    } catch (ClassCastException | IllegalArgumentException e) {
      throw calls.notCarillon(e);
    }
  }

  private static String allWell(ClusterLook look) {
    if (look.members().stream().allMatch(member -> member.id().isEmpty())) {
      return look.asked() + " is in no cluster";
    }
    int members = look.members().size();
    return members == 1
        ? look.asked() + " is the only member"
        : "all " + members + " members see each other";
  }
}
