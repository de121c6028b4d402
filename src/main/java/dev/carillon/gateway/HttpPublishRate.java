package dev.carillon.gateway;

import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** How fast HTTP connections may publish, each for itself. */
final class HttpPublishRate {
  private static final AttributeKey<RateLimit> LIMIT = AttributeKey.valueOf("carillon.rateLimit");

  private final int perSecond;

  /**
   * Makes the rate of one gateway's connections.
   *
   * @param perSecond events of one connection; 0 for no limit
   */
  HttpPublishRate(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Refuses {@code events} that come too fast. */
  void check(HttpServerRequest request, int events) throws RefusedException {
    if (perSecond > 0 && request.connection() instanceof ConnectionBase connection) {
      long now = System.nanoTime();
      Attribute<RateLimit> limit = connection.channel().attr(LIMIT);
      if (limit.get() == null) {
        limit.set(new RateLimit(perSecond, now));
      }
      if (!limit.get().take(events, now)) {
        throw RateLimit.exceeded(perSecond);
      }
    }
  }
}
