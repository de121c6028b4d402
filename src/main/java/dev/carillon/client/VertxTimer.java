package dev.carillon.client;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** Vert.x timers; a task runs on the context that scheduled it. */
record VertxTimer(Vertx vertx) implements ClientTimer {

  @Override
  public long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Timeout schedule(long delayMs, Runnable task) {
    // Vert.x takes no timer below 1 ms.
    long id = vertx.setTimer(Math.max(1, delayMs), ignored -> task.run());
    return () -> vertx.cancelTimer(id);
  }
}
