package dev.carillon.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Empties a gateway: every client is told to reconnect after a delay of its own, so that the other
 * nodes are not stormed; who is still there when the time is over is closed.
 */
final class Drain {
  private static final long LOOK_EVERY_MS = 20;

  private final Vertx vertx;
  private final Gateway gateway;
  private final RandomGenerator random;

  Drain(Vertx vertx, Gateway gateway, RandomGenerator random) {
    this.vertx = vertx;
    this.gateway = gateway;
    this.random = random;
  }

  /**
   * Runs once.
   *
   * @param spreadMs over which the clients go
   */
  Future<Void> run(long spreadMs) {
    gateway.startDraining();
    long spread = Math.max(1, spreadMs);
    for (Session session : List.copyOf(gateway.sessions())) {
      session.goaway("draining", random.nextLong(spread) + 1);
    }
    Promise<Void> done = Promise.promise();
    long deadline = System.nanoTime() + spread * 1_000_000;
    vertx.setPeriodic(
        LOOK_EVERY_MS,
        timer -> {
          boolean late = System.nanoTime() - deadline >= 0;
          boolean empty = gateway.sessions().isEmpty() && gateway.publisher().isIdle();
          if (late || empty) {
            vertx.cancelTimer(timer);
            closeAll();
            done.complete();
          }
        });
    return done.future();
  }

  private void closeAll() {
    for (Session session : List.copyOf(gateway.sessions())) {
      session.close(CloseReason.RESTART);
    }
  }
}
