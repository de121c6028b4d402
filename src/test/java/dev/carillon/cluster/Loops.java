package dev.carillon.cluster;

import dev.carillon.event.Pattern;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Vert.x of four event loops with a relay, and verticles that do nothing but have a context. */
final class Loops implements AfterEachCallback {
  private static final int DEADLINE_SECONDS = 20;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));

  /** A verticle's context, to run a test's code on. */
  record Loop(Context context) {

    /** Runs {@code action} there and waits for what it promises. */
    <T> T get(Callable<Future<T>> action) {
      Promise<T> result = Promise.promise();
      context.runOnContext(
          v -> {
            try {
              action.call().onComplete(result);
            } catch (Exception | AssertionError e) {
              result.fail(e);
            }
          });
      return Loops.get(result.future());
    }

    void run(Runnable action) {
      get(
          () -> {
            action.run();
            return Future.succeededFuture();
          });
    }

    /** A consumer there that asks for {@code pattern}. */
    TopicConsumer paced(Vertx vertx, String pattern, Received received) {
      return paced(vertx, pattern, received::take);
    }

    TopicConsumer paced(Vertx vertx, String pattern, Handler<EventBatch> handler) {
      return get(
          () -> {
            TopicConsumer made = TopicConsumer.registerPaced(vertx, 1 << 20, handler);
            return made.subscribe(new Pattern(pattern)).map(made);
          });
    }

    TopicConsumer unpaced(Vertx vertx, String pattern, Received received) {
      return get(() -> TopicConsumer.register(vertx, pattern, received::take));
    }
  }

  Vertx vertx() {
    return vertx;
  }

  Loops withRelay() {
    get(vertx.deployVerticle(new RelayVerticle()));
    return this;
  }

  /** A verticle on an event loop; each call takes another loop while there are some. */
  Loop loop() {
    return deploy(ThreadingModel.EVENT_LOOP);
  }

  /** A verticle that may be held up without holding up an event loop. */
  Loop worker() {
    return deploy(ThreadingModel.WORKER);
  }

  private Loop deploy(ThreadingModel model) {
    Promise<Context> started = Promise.promise();
    get(
        vertx.deployVerticle(
            new AbstractVerticle() {
              @Override
              public void start() {
                started.complete(context);
              }
            },
            new DeploymentOptions().setThreadingModel(model)));
    return new Loop(get(started.future()));
  }

  static <T> T get(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing after " + DEADLINE_SECONDS + " s", e);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    get(vertx.close());
  }
}
