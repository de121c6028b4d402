package dev.carillon.client;

/** Why something that was asked of Carillon did not happen. */
public class CarillonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** No answer came within the time allowed. */
  public static final String TIMEOUT = "timeout";

  /** The connection broke before the answer came. */
  public static final String CONNECTION_LOST = "connection_lost";

  /** No server could be reached. */
  public static final String UNREACHABLE = "unreachable";

  /** The client was closed, or the server told it not to come back. */
  public static final String CLOSED = "closed";

  /** The client, or the server, has no room for more at the moment. */
  public static final String OVERLOADED = "overloaded";

  /** What was given is larger than what may be sent. */
  public static final String TOO_LARGE = "too_large";

  /** What was asked for is subscribed to already. */
  public static final String ALREADY_SUBSCRIBED = "already_subscribed";

  /** An exception out of the application's own handler. */
  public static final String HANDLER_FAILED = "handler_failed";

  /** The server sent what is not in the protocol. */
  public static final String BAD_FRAME = "bad_frame";

  private final String code;
  private final boolean retryable;

  public CarillonException(String code, String message, boolean retryable) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }

  /** The server's error code, or one of the constants above. */
  public final String code() {
    return code;
  }

  /** Whether the same call may succeed later. */
  public final boolean isRetryable() {
    return retryable;
  }
}
