package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;

/**
 * How many events one connection may still publish: a bucket that holds one second's worth and
 * fills evenly. A batch of more than that is let through while the bucket is full, and has to be
 * made up for, since it could never be otherwise.
 */
final class RateLimit {
  private final int perSecond;
  private double tokens;
  private long filledAtNanos;

  /**
   * Starts full.
   *
   * @param perSecond events; 0 for no limit
   */
  RateLimit(int perSecond, long nowNanos) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.filledAtNanos = nowNanos;
  }

  /** Takes {@code events} from the bucket, or none and returns false. */
  boolean take(int events, long nowNanos) {
    if (perSecond == 0) {
      return true;
    }
    tokens = Math.min(perSecond, tokens + (nowNanos - filledAtNanos) * perSecond / 1e9);
    filledAtNanos = nowNanos;
    if (tokens < Math.min(events, perSecond)) {
      return false;
    }
    tokens -= events;
    return true;
  }

  /** What a client is told whose bucket is empty. */
  static RefusedException exceeded(int perSecond) {
    return new RefusedException(
        ErrorCode.RATE_LIMITED, "more than " + perSecond + " events a second");
  }
}
