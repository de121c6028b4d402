package dev.carillon.cli;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waiting for Vert.x on a command's own thread. */
final class Futures {
  private Futures() {}

  static <T> T get(Future<T> future) throws ExecutionException, InterruptedException {
    return future.toCompletionStage().toCompletableFuture().get();
  }

  /** Waits for the end, however it is. */
  static void await(Future<?> future) throws InterruptedException {
    try {
      future
          .transform(ended -> Future.succeededFuture(true))
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a future that can't fail has failed", e);
    }
  }

  static Throwable cause(ExecutionException failure) {
    @Nullable Throwable cause = failure.getCause();
    return cause == null ? failure : cause;
  }
}
