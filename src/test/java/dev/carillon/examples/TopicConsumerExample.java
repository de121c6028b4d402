package dev.carillon.examples;

import dev.carillon.cluster.EventBatch;
import dev.carillon.cluster.RelayVerticle;
import dev.carillon.cluster.TopicConsumer;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A verticle that consumes topics, and publishes an event itself. */
public final class TopicConsumerExample extends AbstractVerticle {
  private final CountDownLatch printed;

  private TopicConsumerExample(CountDownLatch printed) {
    this.printed = printed;
  }

  @Override
  public void start(Promise<Void> started) {
    TopicConsumer.register(vertx, "orders.>", this::take)
        .onSuccess(this::publish)
        .<Void>mapEmpty()
        .onComplete(started);
  }

  private void publish(TopicConsumer consumer) {
    Event event = Event.of("orders.created", EventData.parse("{\"order\":17}"));
    consumer.publish(List.of(new EventFrame(event)), () -> System.out.println("published"));
  }

  private void take(EventBatch batch) {
    batch.gaps().forEach(gap -> System.out.println(gap.count() + " of " + gap.topic() + " lost"));
    for (EventFrame frame : batch.frames()) {
      System.out.println(frame.topic() + " " + frame.event().data());
      printed.countDown();
    }
  }

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch printed = new CountDownLatch(1);
    Vertx vertx = Vertx.vertx();
    vertx
        .deployVerticle(new RelayVerticle())
        .compose(relay -> vertx.deployVerticle(new TopicConsumerExample(printed)))
        .onFailure(Throwable::printStackTrace);
    printed.await();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
