package dev.carillon.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code carillon completion}: the script that completes commands and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints the completion script for bash and zsh.",
    footer = {"", "  source <(carillon completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final Shell shell;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    PrintWriter results = shell.results();
    results.print(AutoComplete.bash("carillon", Carillon.commandLine(shell)));
    results.flush();
    return Exit.OK;
  }
}
