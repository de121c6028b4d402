package dev.carillon.cli;

import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon config}: what a node would be told, without starting one. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Checks or shows a configuration, without starting a node.",
    synopsisSubcommandLabel = "(check | print)")
final class ConfigCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  ConfigCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "check or print?");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Says every mistake of a configuration, one a line, and exits 2 if there is one.",
        "The environment (CARILLON_HTTP_PORT=9000 is http.port) counts too."
      })
  int check(
      @Option(
              names = {"-c", "--config"},
              paramLabel = "FILE",
              description = "The JSON file.")
          @Nullable Path file,
      @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One more setting.")
          @Nullable List<String> settings) {
    ConfigOutcome outcome = load(file, settings);
    if (outcome instanceof ConfigOutcome.Accepted) {
      print(List.of(file == null ? "ok" : file + ": ok"));
      return Exit.OK;
    }
    return refused(outcome);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Shows the whole configuration that would be in force, secrets hidden.")
  int print(
      @Option(
              names = {"-c", "--config"},
              paramLabel = "FILE",
              description = "The JSON file.")
          @Nullable Path file,
      @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One more setting.")
          @Nullable List<String> settings,
      @Option(
              names = "--origins",
              description = "One line a setting, with where it was said, in place of JSON.")
          boolean origins) {
    ConfigOutcome outcome = load(file, settings);
    if (outcome instanceof ConfigOutcome.Accepted accepted) {
      print(
          origins
              ? accepted.printer().origins()
              : List.of(accepted.printer().json().stripTrailing()));
      return Exit.OK;
    }
    return refused(outcome);
  }

  private static ConfigOutcome load(@Nullable Path file, @Nullable List<String> settings) {
    ConfigSources sources = ConfigSources.NONE.withEnvironment(System.getenv());
    if (file != null) {
      sources = sources.withFile(file);
    }
    if (settings != null) {
      for (String setting : settings) {
        sources = sources.set(setting);
      }
    }
    return ConfigMistakes.load(sources);
  }

  private int refused(ConfigOutcome outcome) {
    ConfigMistakes.print(outcome, shell.err());
    return Exit.MISUSED;
  }

  private void print(List<String> lines) {
    PrintWriter results = shell.results();
    lines.forEach(results::println);
    results.flush();
  }
}
