package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands and a real node. */
class RealServerTest {
  @RegisterExtension final TestServer server = new TestServer();

  private final TestShell subscriber = new TestShell();
  private final TestShell publisher = new TestShell();

  RealServerTest() throws Exception {}

  private String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Test
  void whatIsPublishedIsPrinted() throws Exception {
    CompletableFuture<Integer> subscribe =
        subscriber.start("subscribe", "--url", url(), "orders.>", "--count", "2");
    subscriber.awaitErr("subscribed");

    assertThat(
            publisher.run(
                "publish", "--url", url(), "orders.created", "{\"id\": 17}", "--key", "o-17"))
        .isEqualTo(Exit.OK);
    assertThat(publisher.run("publish", "--url", url(), "orders.eu.paid", "hello"))
        .isEqualTo(Exit.OK);

    assertThat(TestShell.exitOf(subscribe)).isEqualTo(Exit.OK);
    JsonObject first = new JsonObject(subscriber.outLines().get(0));
    assertThat(first.getString("topic")).isEqualTo("orders.created");
    assertThat(first.getString("key")).isEqualTo("o-17");
    assertThat(first.getJsonObject("data").getInteger("id")).isEqualTo(17);
    assertThat(first.getString("id"))
        .isEqualTo(new JsonObject(publisher.outLines().get(0)).getString("eventId"));
    assertThat(new JsonObject(subscriber.outLines().get(1)).getString("data")).isEqualTo("hello");
  }

  @Test
  void linesArriveInOrderOrAreAnnouncedAsLost() throws Exception {
    CompletableFuture<Integer> subscribe =
        subscriber.start("subscribe", "--url", url(), "a", "--data-only", "--quiet");
    CompletableFuture<Integer> publish =
        publisher.start("publish", "--url", url(), "a", "-", "--in-flight", "64");
    int lines = 3_000;
    for (int i = 0; i < lines; i++) {
      publisher.type(i + "\n");
    }
    publisher.endOfInput();
    assertThat(TestShell.exitOf(publish)).isEqualTo(Exit.OK);
    assertThat(publisher.run("publish", "--url", url(), "a", "\"end\"")).isEqualTo(Exit.OK);

    await().until(() -> subscriber.out().contains("\"end\""));
    subscriber.stop();
    assertThat(TestShell.exitOf(subscribe)).isEqualTo(Exit.OK);
    assertThat(subscriber.outLines().stream().filter(line -> !line.equals("\"end\"")))
        .isSortedAccordingTo(Comparator.comparingInt(Integer::parseInt));
    assertThat(publisher.err()).contains("3,000 acknowledged");
  }

  @Test
  void benchAccountsForEveryEvent() {
    assertThat(
            publisher.run(
                "bench",
                "--url",
                url(),
                "--subscribers",
                "20",
                "--stalled",
                "2",
                "--events",
                "2000",
                "--publishers",
                "3",
                "--window",
                "50",
                "--json"))
        .as(publisher.out() + publisher.err())
        .isEqualTo(Exit.OK);

    JsonObject result = new JsonObject(publisher.out());
    assertThat(result.getLong("missing")).isZero();
    assertThat(result.getLong("outOfOrder")).isZero();
    assertThat(result.getLong("deliveries") + result.getLong("announced")).isPositive();
    JsonObject latency = result.getJsonObject("latencyMicros");
    assertThat(latency.getDouble("p50")).isPositive().isLessThanOrEqualTo(latency.getDouble("max"));
  }

  @Test
  void benchKeepsARate() {
    assertThat(
            publisher.run(
                "bench", "--url", url(), "--subscribers", "5", "--events", "500", "--rate", "1000"))
        .as(publisher.out() + publisher.err())
        .isEqualTo(Exit.OK);

    assertThat(publisher.out())
        .contains("1,000 events/s", "p50", "p99.9", "order kept", "bottleneck");
  }
}
