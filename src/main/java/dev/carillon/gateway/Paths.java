package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The paths of the HTTP interface and the methods of each, so that a 405 can say what is allowed.
 */
final class Paths {
  private final Router router;
  private final Map<String, Set<HttpMethod>> methods = new LinkedHashMap<>();

  Paths(Router router) {
    this.router = router;
  }

  /** A path to be read; HEAD is the same without the body. */
  Route get(String path) {
    return add(path, HttpMethod.GET).method(HttpMethod.HEAD);
  }

  Route post(String path) {
    return add(path, HttpMethod.POST);
  }

  Route delete(String path) {
    return add(path, HttpMethod.DELETE);
  }

  /** A path whose GET requests never come to the router. */
  void getElsewhere(String path) {
    allow(path, HttpMethod.GET);
  }

  /** Answers 405 to every method that was not added. Comes last. */
  void refuseOtherMethods() {
    methods.forEach(
        (path, allowed) -> {
          String allow = String.join(", ", allowed.stream().map(HttpMethod::name).toList());
          router
              .route(path)
              .handler(
                  context ->
                      Problems.send(
                          context.response().putHeader("Allow", allow),
                          405,
                          ErrorCode.BAD_REQUEST,
                          "the path has no such method; allowed: " + allow));
        });
  }

  private Route add(String path, HttpMethod method) {
    allow(path, method);
    if (method.equals(HttpMethod.GET)) {
      allow(path, HttpMethod.HEAD);
    }
    return router.route(method, path);
  }

  private void allow(String path, HttpMethod method) {
    methods.computeIfAbsent(path, p -> new LinkedHashSet<>()).add(method);
  }
}
