package dev.carillon.gateway;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * The way to all that shows a node's insides or steers it. Whether a request may operate is decided
 * in {@link #operating}, which every one of them passes, and nowhere else.
 */
final class OperatorDoor {
  private final Paths paths;

  OperatorDoor(Paths paths) {
    this.paths = paths;
  }

  void get(String path, Problems.Route route) {
    paths.get(path).handler(operating(route));
  }

  void post(String path, Problems.Route route) {
    paths.post(path).handler(operating(route));
  }

  void delete(String path, Problems.Route route) {
    paths.delete(path).handler(operating(route));
  }

  private static Handler<RoutingContext> operating(Problems.Route route) {
    return Problems.handling(
        context -> {
          context.response().putHeader("Cache-Control", "no-store");
          route.handle(context);
        });
  }
}
