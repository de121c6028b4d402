package dev.carillon.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What a command sees of the process around it. Text is UTF-8, whatever the locale says.
 *
 * @param out unbuffered; only results go here
 * @param err everything else, a line at a time
 * @param errIsTerminal whether somebody is watching: then progress is shown
 * @param stopSignals takes what to do at the first SIGINT or SIGTERM
 * @param quietLog keeps the libraries' log to errors
 */
record Shell(
    InputStream in,
    OutputStream out,
    PrintWriter err,
    boolean errIsTerminal,
    Consumer<Runnable> stopSignals,
    Runnable quietLog) {

  /** The process's own. */
  static Shell ofProcess() {
    return new Shell(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        isTerminal("/proc/self/fd/2"),
        StopSignals::onFirst,
        Logging::quiet);
  }

  private static boolean isTerminal(String descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of(descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux: better no progress than escape sequences in a file.
      return false;
    }
  }

  /** Says something on standard error. */
  void say(String line) {
    err.println(line);
    err.flush();
  }

  /** Writes lines of results. */
  PrintWriter results() {
    return new PrintWriter(out, false, StandardCharsets.UTF_8);
  }
}
