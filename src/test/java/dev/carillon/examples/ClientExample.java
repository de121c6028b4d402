package dev.carillon.examples;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.OutgoingEvent;
import dev.carillon.client.PublishPolicy;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A client that subscribes, publishes with acknowledgement and says what it lost. */
public final class ClientExample {
  private ClientExample() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch received = new CountDownLatch(2);
    Vertx vertx = Vertx.vertx();
    ClientOptions options =
        ClientOptions.of(args[0])
            .withPublish(PublishPolicy.DEFAULT.withTimeout(Duration.ofSeconds(2)).withRetries(10));

    CarillonClient.builder(vertx, options)
        .onGap(gap -> System.out.println(gap.count() + " of " + gap.topic() + " lost"))
        .onError(error -> System.err.println(error.getMessage()))
        .onState(change -> System.err.println(change.state() + " " + change.reason()))
        .connect()
        .compose(
            client ->
                client
                    .subscribe(
                        List.of("orders.>"),
                        event -> {
                          System.out.println(event.topic() + " " + event.dataJson());
                          received.countDown();
                        })
                    .compose(
                        subscribed ->
                            client.publish(
                                OutgoingEvent.json("orders.created", "{\"order\":17}")
                                    .withKey("17")))
                    .compose(
                        published ->
                            client.publishBatch(
                                List.of(
                                    OutgoingEvent.text("orders.paid", "in cash"),
                                    OutgoingEvent.bytes("images.receipt", new byte[] {1, 2})))))
        .onSuccess(all -> System.out.println(all.size() + " acknowledged together"))
        .onFailure(Throwable::printStackTrace);

    received.await();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
