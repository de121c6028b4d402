package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.FrameSocket;
import dev.carillon.testing.OperatedServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class LedgerTest {
  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with("http.gateways=3", "queue.events=8", "http.sendBufferBytes=8192");

  @Test
  void everyEventIsSentOrQueuedOrLostOrDiscarded() throws Exception {
    FrameSocket reader = server.subscribe("reader", "big");
    FrameSocket stalled = server.subscribe("stalled", "big");
    stalled.stopReading();
    String large = "x".repeat(60_000);
    long published = 0;
    while (books().getLong("lost") < 5) {
      server.publish("big", large);
      reader.await("event");
      published++;
    }

    JsonObject full = books();
    assertThat(full.getLong("matched")).isEqualTo(2 * published);
    assertThat(full.getLong("queued")).isEqualTo(8);
    assertThat(full.getLong("discarded")).isZero();
    assertThat(full.getJsonObject("lostByReason").getLong("queue_full"))
        .isEqualTo(full.getLong("lost"));
    assertThat(full.getLong("queuedBytes")).isGreaterThan(8 * 60_000);
    assertThat(full.getJsonObject("publish").getLong("published")).isEqualTo(published);
    assertBalanced(full);

    stalled.abort();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.get("/v1/subscribers/stalled").statusCode() == 404);
    JsonObject left = books();
    assertThat(left.getLong("queued")).isZero();
    assertThat(left.getLong("queuedBytes")).isZero();
    assertThat(left.getLong("discarded")).isEqualTo(8);
    assertThat(left.getLong("lost")).isEqualTo(full.getLong("lost"));
    assertBalanced(left);
  }

  private static void assertBalanced(JsonObject books) {
    assertThat(books.getBoolean("balanced")).isTrue();
    assertThat(books.getLong("matched"))
        .isEqualTo(
            books.getLong("sent")
                + books.getLong("queued")
                + books.getLong("lost")
                + books.getLong("discarded"));
  }

  private JsonObject books() throws IOException, InterruptedException {
    JsonObject ledger = server.json("/v1/ledger");
    assertThat(ledger.getBoolean("balanced")).isTrue();
    assertThat(ledger.getJsonArray("nodes")).hasSize(1);
    return ledger.getJsonArray("nodes").getJsonObject(0);
  }
}
