package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.security.Origins;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Lets pages of listed origins in (Fetch standard, section 3.2), and no others. */
final class Cors {
  private final Origins origins;

  Cors(Origins origins) {
    this.origins = origins;
  }

  /**
   * Adds the headers a page needs to the answer, and answers a preflight.
   *
   * @return whether the request has been answered
   * @throws ProblemException when the page's origin is not allowed
   */
  boolean handle(HttpServerRequest request) throws ProblemException {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null) {
      return false;
    }
    if (!origins.allows(origin, ownOrigin(request))) {
      throw ProblemException.of(ErrorCode.FORBIDDEN, "this page's origin is not in http.origins");
    }
    HttpServerResponse response = request.response();
    if (origins.isListed(origin)) {
      MultiMap headers = response.headers();
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin).set(HttpHeaders.VARY, "Origin");
      if (request.method().equals(HttpMethod.OPTIONS)) {
        headers
            .set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE")
            .set(
                HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
                "Content-Type, Event-Id, Event-Key, Last-Event-ID")
            .set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
        response.setStatusCode(204).end();
        return true;
      }
    }
    return false;
  }

  /** The same headers as text, for an answer that is written without Vert.x. */
  String headers(HttpServerRequest request) {
    StringBuilder text = new StringBuilder();
    MultiMap headers = request.response().headers();
    for (CharSequence name :
        new CharSequence[] {HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, HttpHeaders.VARY}) {
      String value = headers.get(name);
      if (value != null) {
        text.append(name).append(": ").append(value).append("\r\n");
      }
    }
    return text.toString();
  }

  private static String ownOrigin(HttpServerRequest request) {
    return request.scheme() + "://" + request.authority();
  }
}
