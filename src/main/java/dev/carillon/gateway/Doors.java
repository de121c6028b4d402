package dev.carillon.gateway;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** What a query may say, whatever the door. */
final class Doors {
  private Doors() {}

  /** Refuses a query whose escapes can't be decoded. */
  static void checkQuery(HttpServerRequest request) throws ProblemException {
    if (request.query() == null) {
      return;
    }
    try {
      request.params();
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest("the query is not percent-encoded as it should be");
    }
  }

  /** The id that a connecting subscriber wishes for. */
  static Optional<String> wishedId(HttpServerRequest request) throws ProblemException {
    String wished = request.getParam("subscriber");
    return wished == null ? Optional.empty() : Optional.of(SubscriberName.check(wished));
  }

  /** Whether a connection of the same id gives way. */
  static boolean isTakeover(HttpServerRequest request) {
    return "true".equals(request.getParam("takeover"));
  }
}
