package dev.carillon.testing;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Writes a line for every test that did not run, whatever left it out, to the file that the system
 * property {@code carillon.leftOutFile} names. The build prints that file last.
 */
public final class LeftOutListener implements TestExecutionListener {
  private final Optional<Path> file;

  /** For JUnit. Without the system property nothing is written: an IDE shows what it skips. */
  public LeftOutListener() {
    this(Optional.ofNullable(System.getProperty("carillon.leftOutFile")).map(Path::of));
  }

  LeftOutListener(Optional<Path> file) {
    this.file = file;
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    record(test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      record(test, result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
    }
  }

  private void record(TestIdentifier test, String reason) {
    file.ifPresent(path -> append(path, "#    " + name(test) + ": " + reason + "\n"));
  }

  private static void append(Path path, String line) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.writeString(path, line, CREATE, APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The class and the method of a test, as far as it has them. */
  private static String name(TestIdentifier test) {
    return test.getUniqueIdObject().getSegments().stream()
        .skip(1)
        .map(segment -> segment.getValue().replaceFirst("^.*\\.(?=[A-Z])", ""))
        .reduce((outer, inner) -> outer + "." + inner)
        .orElseGet(test::getDisplayName);
  }
}
