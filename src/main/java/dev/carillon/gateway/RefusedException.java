package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import java.util.Optional;

/** What a client sent can't be done; the message is for the client. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final transient Optional<String> id;

  RefusedException(ErrorCode code, String message) {
    this(code, message, Optional.empty());
  }

  /**
   * Refuses one command.
   *
   * @param id the JSON text of the command's id
   */
  RefusedException(ErrorCode code, String message, Optional<String> id) {
    // Expected, and made for hostile input too: no stack trace.
    super(message, null, false, false);
    this.code = code;
    this.id = id;
  }

  ErrorCode code() {
    return code;
  }

  Optional<String> id() {
    return id;
  }

  RefusedException withId(Optional<String> commandId) {
    return new RefusedException(code, String.valueOf(getMessage()), commandId);
  }
}
