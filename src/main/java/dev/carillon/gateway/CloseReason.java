package dev.carillon.gateway;

/** Why the server closes a WebSocket, with the code that tells a client what to do about it. */
enum CloseReason {
  NORMAL(1000, "normal"),
  TOO_LARGE(1009, "frame too large"),
  INTERNAL(1011, "internal error"),
  RESTART(1012, "service restart"),
  IDLE(4308, "idle or no pong"),
  OVERFLOW(4313, "too slow for what was subscribed"),
  RATE_LIMIT(4329, "rate limit"),
  BAD_FRAME(4400, "bad frame"),
  FORBIDDEN(4403, "forbidden"),
  SUBSCRIBER_EXISTS(4409, "subscriber exists"),
  TAKEN_OVER(4409, "taken over"),
  /** Whether the id is free could not be found out. */
  OVERLOADED(4303, "overloaded"),
  /** An operator closed it: come back later. */
  DISCONNECTED(4300, "disconnected by an operator");

  private final int code;
  private final String text;

  CloseReason(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  String text() {
    return text;
  }
}
