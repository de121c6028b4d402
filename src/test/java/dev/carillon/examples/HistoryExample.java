package dev.carillon.examples;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.From;
import dev.carillon.client.Subscription;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/** Reads two events of any chat, behind those that an earlier run has read. */
public final class HistoryExample {
  private HistoryExample() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Path.of(args[1]);
    Properties kept = new Properties();
    if (Files.exists(file)) {
      try (Reader in = Files.newBufferedReader(file)) {
        kept.load(in);
      }
    }
    Map<String, From> from = new HashMap<>();
    // For chats that no earlier run has met; the others have places of their own.
    from.put("chat.>", new From.Earliest());
    for (String topic : kept.stringPropertyNames()) {
      String[] place = kept.getProperty(topic).split(":", 2);
      from.put(topic, new From.Behind(place[0], Long.parseLong(place[1])));
    }

    CountDownLatch received = new CountDownLatch(2);
    Vertx vertx = Vertx.vertx();
    CarillonClient client =
        get(
            CarillonClient.builder(vertx, ClientOptions.of(args[0]))
                .onGap(gap -> System.err.println("missing in " + gap.topic() + ": " + gap.json()))
                .onRecovery(recovery -> System.err.println("whole: " + recovery.recovered()))
                .connect());
    Subscription subscription =
        get(
            client.subscribe(
                List.of("chat.>"),
                from,
                event -> {
                  System.out.println(event.topic() + " " + event.offset().orElse(0));
                  received.countDown();
                }));
    received.await();

    get(subscription.positions())
        .forEach((topic, at) -> kept.setProperty(topic, at.epoch() + ":" + at.offset()));
    try (Writer out = Files.newBufferedWriter(file)) {
      kept.store(out, "places by topic");
    }
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }
}
