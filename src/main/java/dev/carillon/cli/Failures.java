package dev.carillon.cli;

import dev.carillon.client.CarillonException;
import java.io.IOException;

/** What a client's failure looks like to people. */
final class Failures {
  private Failures() {}

  /** The failure in one line: the server's code where it has one, and its words. */
  static String words(Throwable failure) {
    String message = Carillon.oneLine(failure.getMessage());
    if (failure instanceof CarillonException known) {
      return switch (known.code()) {
        case CarillonException.CLOSED,
            CarillonException.UNREACHABLE,
            CarillonException.TIMEOUT,
            CarillonException.CONNECTION_LOST ->
            message;
        default -> known.code() + ": " + message;
      };
    }
    return failure instanceof IOException && !message.isEmpty()
        ? message
        : failure.getClass().getSimpleName() + ": " + message;
  }

  /** A failure to connect, with the way out. */
  static CommandFailure connecting(Throwable failure) {
    String wayOut =
        failure instanceof CarillonException known
                && known.code().equals(CarillonException.UNREACHABLE)
            ? "; is 'carillon serve' running there? --url names another server"
            : "";
    return new CommandFailure(words(failure) + wayOut, failure);
  }
}
