package dev.carillon.gateway;

import dev.carillon.store.StoreHealth;
import io.vertx.core.http.HttpServerResponse;

/** {@code GET /health/live} and {@code GET /health/ready}. */
final class HealthRoutes {
  private final Node node;

  HealthRoutes(Node node) {
    this.node = node;
  }

  void addTo(Paths paths) {
    paths.get("/health/live").handler(context -> answer(context.response(), true, "live"));
    paths
        .get("/health/ready")
        .handler(
            context -> {
              boolean ready = node.isReady();
              answer(context.response(), ready, ready ? "ready" : notReady());
            });
  }

  /** Why, as far as strangers may know; the log says the rest. */
  private String notReady() {
    if (!node.reachesEnough()) {
      return "not ready: too few nodes of the cluster are reached";
    }
    return node.health() instanceof StoreHealth.Healthy
        ? "not ready"
        : "not ready: the store is unavailable";
  }

  private static void answer(HttpServerResponse response, boolean good, String status) {
    response
        .setStatusCode(good ? 200 : 503)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end("{\"status\":\"" + status + "\"}");
  }
}
