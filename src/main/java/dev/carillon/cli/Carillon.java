package dev.carillon.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code carillon} command. */
@Command(
    name = "carillon",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    description = "Real-time event broadcasting.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Try it:",
      "  carillon serve",
      "  carillon subscribe 'orders.>'",
      "  carillon publish orders.created '{\"id\": 17}'",
      "",
      "'carillon COMMAND --help' says more. Exit codes: 0 done, 1 failed, 2 asked wrongly."
    })
public final class Carillon implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show the stack trace of what went wrong.")
  private boolean verbose;

  private Carillon() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(Shell.ofProcess(), arguments));
  }

  /** Runs a command; answers its exit code. */
  static int run(Shell shell, String... arguments) {
    return commandLine(shell, arguments).execute(arguments);
  }

  /** The command line with the commands that these arguments may need. */
  static CommandLine commandLine(Shell shell, String... arguments) {
    Map<String, Supplier<Object>> commands = commands(shell);
    CommandLine line = new CommandLine(new Carillon());
    // Reading the annotations of all commands takes longer than a node takes to start.
    Supplier<Object> only = arguments.length == 0 ? null : commands.get(arguments[0]);
    if (only != null) {
      line.addSubcommand(arguments[0], only.get());
    } else {
      commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    }
    line.setOut(shell.results());
    line.setErr(shell.err());
    line.setParameterExceptionHandler(Carillon::onMisuse);
    line.setExecutionExceptionHandler(Carillon::onFailure);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  private static Map<String, Supplier<Object>> commands(Shell shell) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", ServeCommand::new);
    commands.put("publish", () -> new PublishCommand(shell));
    commands.put("subscribe", () -> new SubscribeCommand(shell));
    commands.put("history", () -> new HistoryCommand(shell));
    commands.put("dead-letters", () -> new DeadLettersCommand(shell));
    commands.put("cluster", () -> new ClusterCommand(shell));
    commands.put("bench", () -> new BenchCommand(shell));
    commands.put("config", () -> new ConfigCommand(shell));
    commands.put("archive", () -> new ArchiveCommand(shell));
    commands.put("completion", () -> new CompletionCommand(shell));
    return commands;
  }

  private static int onMisuse(ParameterException misuse, String[] arguments) {
    CommandLine line = misuse.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    PrintWriter err = line.getErr();
    err.println(
        name
            + ": "
            + oneLine(misuse.getMessage())
            + suggestion(misuse)
            + "; see '"
            + name
            + " --help'");
    err.flush();
    return Exit.MISUSED;
  }

  private static String suggestion(ParameterException misuse) {
    if (misuse instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    return "";
  }

  private static int onFailure(Exception failure, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    if (parsed.hasMatchedOption("--verbose") || isVerbose(line)) {
      failure.printStackTrace(err);
    }
    boolean expected = failure instanceof CommandFailure;
    err.println(
        line.getCommandSpec().qualifiedName()
            + ": "
            + (expected ? oneLine(failure.getMessage()) : unexpected(failure)));
    err.flush();
    return Exit.FAILED;
  }

  private static boolean isVerbose(CommandLine line) {
    CommandLine root = line;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getCommandSpec().userObject() instanceof Carillon carillon && carillon.verbose;
  }

  private static String unexpected(Exception failure) {
    return "unexpected "
        + failure.getClass().getSimpleName()
        + ": "
        + oneLine(failure.getMessage())
        + "; --verbose shows where";
  }

  static String oneLine(@Nullable String text) {
    return text == null ? "" : text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.MISUSED;
  }
}
