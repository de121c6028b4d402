package dev.carillon.event;

/** Why a command was refused, in the words clients see. */
public enum ErrorCode {
  BAD_REQUEST("bad_request", false),
  TOPIC_INVALID("topic_invalid", false),
  PATTERN_INVALID("pattern_invalid", false),
  NOT_SUBSCRIBED("not_subscribed", false),
  ALREADY_SUBSCRIBED("already_subscribed", false),
  SUBSCRIBER_EXISTS("subscriber_exists", false),
  FORBIDDEN("forbidden", false),
  TOO_LARGE("too_large", false),
  RATE_LIMITED("rate_limited", true),
  LIMIT_EXCEEDED("limit_exceeded", false),
  DUPLICATE_CONFLICT("duplicate_conflict", false),
  STORE_UNAVAILABLE("store_unavailable", true),
  OVERLOADED("overloaded", true),
  INTERNAL("internal", true);

  private final String code;
  private final boolean retryable;

  ErrorCode(String code, boolean retryable) {
    this.code = code;
    this.retryable = retryable;
  }

  /** The word clients see. */
  public String code() {
    return code;
  }

  /** Whether the same call may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }
}
