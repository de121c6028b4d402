package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;

/** An HTTP request can't be done; becomes an RFC 9457 problem. The message is for the client. */
final class ProblemException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ErrorCode code;

  ProblemException(int status, ErrorCode code, String message) {
    // Expected, and made for hostile input too: no stack trace.
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static ProblemException badRequest(String message) {
    return new ProblemException(400, ErrorCode.BAD_REQUEST, message);
  }

  static ProblemException upgradeRequired() {
    return new ProblemException(
        426, ErrorCode.BAD_REQUEST, "this is a WebSocket (RFC 6455, version 13)");
  }

  static ProblemException full() {
    return overloaded("the node has as many subscribers as it may have");
  }

  static ProblemException overloaded(String message) {
    return new ProblemException(503, ErrorCode.OVERLOADED, message);
  }

  static ProblemException storeUnavailable() {
    return of(ErrorCode.STORE_UNAVAILABLE, "the store can't be read now; try again later");
  }

  static ProblemException of(RefusedException refused) {
    return of(refused.code(), String.valueOf(refused.getMessage()));
  }

  static ProblemException of(ErrorCode code, String message) {
    int status =
        switch (code) {
          case TOO_LARGE, LIMIT_EXCEEDED -> 413;
          case SUBSCRIBER_EXISTS, ALREADY_SUBSCRIBED, DUPLICATE_CONFLICT -> 409;
          case NOT_SUBSCRIBED -> 404;
          case FORBIDDEN -> 403;
          case RATE_LIMITED -> 429;
          case OVERLOADED, STORE_UNAVAILABLE -> 503;
          case INTERNAL -> 500;
          case BAD_REQUEST, TOPIC_INVALID, PATTERN_INVALID -> 400;
        };
    return new ProblemException(status, code, message);
  }

  int status() {
    return status;
  }

  ErrorCode code() {
    return code;
  }
}
