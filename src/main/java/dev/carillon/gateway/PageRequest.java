package dev.carillon.gateway;

import io.vertx.core.http.HttpServerRequest;

/**
 * Which part of a list is asked for.
 *
 * @param limit how many entries at most
 * @param after the id that the first one comes after; the empty text begins
 */
record PageRequest(int limit, String after) {
  private static final int DEFAULT_LIMIT = 100;

  /** More would make one request as costly as it likes. */
  private static final int MAX_LIMIT = 1000;

  static PageRequest of(HttpServerRequest request) throws ProblemException {
    String limit = request.getParam("limit");
    String after = request.getParam("after");
    return new PageRequest(
        limit == null ? DEFAULT_LIMIT : limit(limit), after == null ? "" : after);
  }

  /** As nodes tell it each other. */
  String text() {
    return limit + " " + after;
  }

  /** Reads what {@link #text} wrote. */
  static PageRequest read(String text) {
    int space = text.indexOf(' ');
    return new PageRequest(
        Math.min(MAX_LIMIT, Integer.parseInt(text.substring(0, space))), text.substring(space + 1));
  }

  private static int limit(String text) throws ProblemException {
    // Four digits hold the bound; a longer number needs no parsing.
    int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw ProblemException.badRequest(
          "limit is outside what is allowed: a number from 1 to " + MAX_LIMIT);
    }
    return limit;
  }
}
