package dev.carillon.client;

/**
 * Why a connection ended.
 *
 * @param code the WebSocket close code; 1006 where there was none
 * @param message for people
 * @param terminal whether the client must not come back unchanged
 */
record CloseCause(int code, String message, boolean terminal) {
  static final int ABNORMAL = 1006;

  private static final int TERMINAL_FIRST = 4400;
  private static final int TERMINAL_LAST = 4499;

  /** The close of a WebSocket: 4400 to 4499 end the client, everything else lets it come back. */
  static CloseCause ofCode(int code, String message) {
    return new CloseCause(code, message, code >= TERMINAL_FIRST && code <= TERMINAL_LAST);
  }

  /** A connection that broke, or was taken for dead. */
  static CloseCause broken(String message) {
    return new CloseCause(ABNORMAL, message, false);
  }

  /** An HTTP answer in place of a WebSocket. */
  static CloseCause ofStatus(int status, String message) {
    boolean later = status == 408 || status == 425 || status == 429 || status >= 500;
    return new CloseCause(ABNORMAL, message, !later);
  }
}
