package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator sees the whole cluster through any of its nodes. */
final class ClusterListsTest {
  @RegisterExtension static final ClusterFixture CLUSTER = new ClusterFixture(2);

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
    CLUSTER.node(0).webSocket().subscribe("a", "z.>");
    CLUSTER.node(1).webSocket().subscribe("a", "b");
    CLUSTER.node(1).webSocket().subscribe("z.>").publish("a", "1");

    for (int node = 0; node < 2; node++) {
      JsonArray topics = get(node, "/v1/topics").getJsonArray("topics");
      assertThat(values(topics, "topic")).containsExactly("a", "b", "z.>");
      assertThat(topics.getJsonObject(0).getInteger("subscribers")).isEqualTo(2);
      assertThat(topics.getJsonObject(0).getDouble("rate")).isEqualTo(0.1);
      assertThat(topics.getJsonObject(2).getInteger("subscribers")).isEqualTo(2);
      assertThat(get(node, "/v1/topics/a").getInteger("subscribers")).isEqualTo(2);
      JsonObject page = get(node, "/v1/topics?limit=1");
      assertThat(values(page.getJsonArray("topics"), "topic")).containsExactly("a");
      assertThat(page.getString("next")).isEqualTo("a");
    }
  }

  @Test
  void theLedgerHoldsTheBooksOfEveryNode() {
    JsonObject ledger = get(1, "/v1/ledger");
    assertThat(values(ledger.getJsonArray("nodes"), "node")).containsExactly("n1", "n2");
    assertThat(ledger.getBoolean("balanced")).isTrue();
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
