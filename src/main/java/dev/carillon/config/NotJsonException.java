package dev.carillon.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/** Text that should be JSON and isn't; the message says where and why, on one line. */
final class NotJsonException extends Exception {

  private final String problem;

  NotJsonException(JsonProcessingException cause) {
    this(describe(cause), cause);
  }

  NotJsonException(IOException cause) {
    this("not JSON: " + firstLine(cause), cause);
  }

  private NotJsonException(String problem, IOException cause) {
    super(problem, cause);
    this.problem = problem;
  }

  /** Where and why it isn't JSON. */
  String problem() {
    return problem;
  }

  private static String describe(JsonProcessingException cause) {
    JsonLocation at = cause.getLocation();
    String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    return "not JSON" + where + ": " + firstLine(cause);
  }

  private static String firstLine(IOException cause) {
    String message =
        cause instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : cause.getMessage();
    // The parser's words, without its names for its own settings.
    return String.valueOf(message)
        .lines()
        .findFirst()
        .orElse("unreadable")
        .replaceAll("\\[Source: [^;\\]]*; line: ([0-9]+), column: ([0-9]+)]", "line $1, column $2")
        .replaceAll(" \\(not recognized as one since [^)]*\\)|, from `[^`]*`", "");
  }
}
