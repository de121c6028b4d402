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
    JsonObject full = books();
    // The kernel may take more for the stalled reader at any time, so the queue is full on some
    // looks only, and what must fit together is read in one.
    while (full.getLong("lost") < 5 || full.getLong("queued") < 8) {
      server.publish("big", large);
      reader.await("event");
      published++;
      full = booksOfTheTaken();
    }

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
    assertThat(left.getLong("matched")).isEqualTo(2 * published);
    assertThat(left.getLong("discarded")).isBetween(1L, 8L);
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

  /** The books when all gateways have taken what was published, a little after the answer. */
  private JsonObject booksOfTheTaken() throws IOException, InterruptedException {
    await()
        .pollDelay(Duration.ZERO)
        .until(() -> books().getJsonObject("publish").getLong("bytesInFlight") == 0);
    return books();
  }

  private JsonObject books() throws IOException, InterruptedException {
    JsonObject ledger = server.json("/v1/ledger");
    assertThat(ledger.getBoolean("balanced")).isTrue();
    assertThat(ledger.getJsonArray("nodes")).hasSize(1);
    return ledger.getJsonArray("nodes").getJsonObject(0);
  }
}
