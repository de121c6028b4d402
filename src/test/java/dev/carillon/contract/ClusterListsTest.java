package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator sees the whole cluster through any of its nodes. */
final class ClusterListsTest {
  @RegisterExtension
  static final ClusterFixture CLUSTER =
      new ClusterFixture(2, "queue.events=2", "http.sendBufferBytes=8192");

  @Test
  void pagesHoldTheSubscribersOfAllNodesInTheOrderOfTheirIds() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String id = "s%02d".formatted((i * 7) % 12);
      CLUSTER.node(i % 3 == 0 ? 0 : 1).webSocket("?subscriber=" + id);
      expected.add("s%02d".formatted(i));
    }

    for (int node = 0; node < 2; node++) {
      List<String> seen = new ArrayList<>();
      Optional<String> next = Optional.of("");
      while (next.isPresent()) {
        JsonObject page = get(node, "/v1/subscribers?limit=5&after=" + next.get());
        List<String> ids = values(page.getJsonArray("subscribers"), "id");
        assertThat(ids).hasSizeLessThanOrEqualTo(5);
        assertThat(page.containsKey("unreachable")).isFalse();
        seen.addAll(ids);
        next = Optional.ofNullable(page.getString("next"));
      }
      assertThat(seen).isEqualTo(expected);
    }
    assertThat(get(0, "/v1/subscribers/s00").getString("node")).isEqualTo("n1");
    assertThat(get(1, "/v1/subscribers/s00").getString("node")).isEqualTo("n1");
    CLUSTER.node(0).http().get("/v1/subscribers/nobody").problem(404, "not_subscribed");
  }

  @Test
  void aSubscriberIsDisconnectedThroughAnyNode() {
    RawWebSocket there = CLUSTER.node(1).webSocket("?subscriber=ann");

    assertThat(delete(0, "/v1/subscribers/ann")).isEqualTo(204);

    assertThat(there.readClose().code()).isEqualTo(4300);
    assertThat(delete(0, "/v1/subscribers/ann")).isEqualTo(404);
  }

  @Test
  void topicsAreSummedOverTheNodes() {
    CLUSTER.node(0).webSocket().subscribe("za", "zz.>");
    CLUSTER.node(1).webSocket().subscribe("za", "zb");
    CLUSTER.node(1).webSocket().subscribe("zz.>").publish("za", "1");

    for (int node = 0; node < 2; node++) {
      JsonArray topics = get(node, "/v1/topics?after=z").getJsonArray("topics");
      assertThat(values(topics, "topic")).containsExactly("za", "zb", "zz.>");
      assertThat(topics.getJsonObject(0).getInteger("subscribers")).isEqualTo(2);
      assertThat(topics.getJsonObject(0).getDouble("rate")).isEqualTo(0.1);
      assertThat(topics.getJsonObject(2).getInteger("subscribers")).isEqualTo(2);
      assertThat(get(node, "/v1/topics/za").getInteger("subscribers")).isEqualTo(2);
      JsonObject page = get(node, "/v1/topics?limit=1&after=z");
      assertThat(values(page.getJsonArray("topics"), "topic")).containsExactly("za");
      assertThat(page.getString("next")).isEqualTo("za");
    }
  }

  @Test
  void theLedgerHoldsTheBooksOfEveryNode() {
    JsonObject ledger = get(1, "/v1/ledger");
    assertThat(values(ledger.getJsonArray("nodes"), "node")).containsExactly("n1", "n2");
    assertThat(ledger.getBoolean("balanced")).isTrue();
  }

  @Test
  void aDeadLetterGoesToItsSubscriberOnAnotherNode() {
    String id = lose("ann", 0);
    RawWebSocket ann = CLUSTER.node(1).webSocket("?subscriber=ann&takeover=true");
    RawWebSocket other = CLUSTER.node(0).webSocket().subscribe("lossy");

    HttpAnswer answer = post(0, "/v1/dead-letters/" + id + "/redeliver");

    assertThat(answer.json().getInteger("redelivered")).isEqualTo(1);
    assertThat(ann.read("event").getString("topic")).isEqualTo("lossy");
    // It went to nobody else.
    other.publish("lossy", "\"last\"");
    assertThat(other.readEvent("lossy")).isEqualTo("last");
    delete(0, "/v1/dead-letters");
  }

  @Test
  void deadLettersOfAllNodesAreListedRedeliveredAndPurgedThroughAny() {
    lose("ann", 0);
    lose("bob", 1);

    for (int node = 0; node < 2; node++) {
      List<String> nodes = new ArrayList<>();
      Optional<String> next = Optional.of("");
      while (next.isPresent()) {
        JsonObject page = get(node, "/v1/dead-letters?limit=3&after=" + next.get());
        assertThat(page.getJsonArray("deadLetters").size()).isBetween(0, 3);
        values(page.getJsonArray("deadLetters"), "id")
            .forEach(id -> nodes.add(id.replaceFirst(".*@", "")));
        next = Optional.ofNullable(page.getString("next"));
      }
      assertThat(nodes).contains("n1", "n2").isSorted();
    }
    String one = firstLetter(0, "bob");
    assertThat(one).endsWith("@n2");
    assertThat(delete(0, "/v1/dead-letters/" + one)).isEqualTo(204);
    assertThat(delete(1, "/v1/dead-letters/" + one)).isEqualTo(404);
    assertThat(post(1, "/v1/dead-letters/7@n9/redeliver").status()).isEqualTo(503);
    assertThat(post(1, "/v1/dead-letters/7@/redeliver").status()).isEqualTo(400);

    assertThat(delete(1, "/v1/dead-letters")).isEqualTo(200);
    assertThat(get(0, "/v1/dead-letters").getJsonArray("deadLetters")).isEmpty();
  }

  /** Makes a subscriber lose events, and gives the id of the first of them. */
  private static String lose(String subscriber, int node) {
    TestServer server = CLUSTER.node(node);
    RawWebSocket slow =
        server.upgraded(RawSocket.to(server.port(), 4096), "?subscriber=" + subscriber);
    slow.read("welcome");
    slow.subscribe("lossy");
    // More at once than its socket takes and its queue holds.
    String events =
        IntStream.range(0, 16)
            .mapToObj(i -> "{\"topic\":\"lossy\",\"data\":\"" + "x".repeat(30_000) + "\"}")
            .collect(Collectors.joining(",", "[", "]"));
    assertThat(CLUSTER.node(node).http().post("/v1/events", "application/json", events).status())
        .isEqualTo(202);
    await().atMost(Duration.ofSeconds(10)).until(() -> !firstLetter(node, subscriber).isEmpty());
    slow.close();
    return firstLetter(node, subscriber);
  }

  private static String firstLetter(int node, String subscriber) {
    JsonArray letters =
        get(node, "/v1/dead-letters?subscriber=" + subscriber).getJsonArray("deadLetters");
    return letters.isEmpty() ? "" : letters.getJsonObject(0).getString("id");
  }

  private static HttpAnswer post(int node, String path) {
    return CLUSTER.node(node).http().call("POST", path);
  }

  private static JsonObject get(int node, String path) {
    return CLUSTER.node(node).http().get(path).json();
  }

  private static int delete(int node, String path) {
    return CLUSTER.node(node).http().call("DELETE", path).status();
  }

  private static List<String> values(JsonArray entries, String field) {
    return entries.stream()
        .map(JsonObject.class::cast)
        .map(entry -> entry.getString(field))
        .toList();
  }
}
