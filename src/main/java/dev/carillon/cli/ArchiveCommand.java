package dev.carillon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code carillon archive}: starts and stops a node of its own, and lets that JVM write the classes
 * it has loaded to a file (JEP 350), from which a node starts in about half of the time.
 */
@Command(
    name = "archive",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the classes that a node loads to a file, so that it starts faster.",
      "The file is for this jar and this JDK only; another one starts without it, and says so.",
      "Options of the JVM that this command runs with are those that the node should have."
    },
    footer = {
      "",
      "  java -jar carillon.jar archive carillon.jsa",
      "  java -XX:SharedArchiveFile=carillon.jsa -jar carillon.jar serve"
    })
final class ArchiveCommand implements Callable<Integer> {
  private static final String LISTENING = "listening on ";

  /**
   * A node starts and ends in a second each, and writing takes two more; on a busy machine more.
   */
  private static final long MAX_SECONDS = 120;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "carillon.jsa",
      description = "Where to; ${DEFAULT-VALUE} unless said.")
  private Path file;

  private final Shell shell;

  ArchiveCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path jar = jar();
    // Beside the one that there may be: it stays where no new one comes of this.
    Path made = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(made);
    Process node = start(jar, made);
    // Ends its output as well, and with it the reading below.
    CompletableFuture.delayedExecutor(MAX_SECONDS, TimeUnit.SECONDS).execute(node::destroyForcibly);
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> said = new ArrayList<>();
      if (!readUntilItListens(output, said)) {
        throw new CommandFailure("the node did not start: " + String.join("; ", said));
      }
      // By its handle, which leaves its output open: it drains, and its JVM writes the archive.
      node.toHandle().destroy();
      output.lines().forEach(said::add);
      node.waitFor();
      if (!Files.isRegularFile(made)) {
        throw new CommandFailure("no archive came of it: " + String.join("; ", said));
      }
      Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      node.destroyForcibly();
    }
    PrintWriter results = shell.results();
    results.println("java -XX:SharedArchiveFile=" + file + " -jar " + jar + " serve");
    results.flush();
    shell.say("wrote " + file + ", " + Files.size(file) / (1 << 20) + " MiB");
    return Exit.OK;
  }

  private static Path jar() {
    try {
      Path code =
          Path.of(ArchiveCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(code)) {
        throw new CommandFailure("an archive is made of carillon.jar, and this runs from " + code);
      }
      return code;
    } catch (URISyntaxException e) {
      throw new CommandFailure("the jar's place can't be told", e);
    }
  }

  private static Process start(Path jar, Path archive) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-XX:ArchiveClassesAtExit=" + archive.toAbsolutePath());
    command.addAll(List.of("-jar", jar.toString(), "serve", "--port", "0"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // What is meant for the node to come, such as its cluster, is no business of this one.
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    return builder.start();
  }

  /** Keeps what is said until the node listens; false where it ends before. */
  private static boolean readUntilItListens(BufferedReader output, List<String> said)
      throws IOException {
    String line = output.readLine();
    while (line != null) {
      said.add(line);
      if (line.startsWith(LISTENING)) {
        return true;
      }
      line = output.readLine();
    }
    return false;
  }
}
