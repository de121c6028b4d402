package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that all reach each other are one topic space. */
final class ClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @RegisterExtension static final ClusterFixture CLUSTER = new ClusterFixture(3);

  @Test
  void whatIsPublishedAfterTheAnswerThroughAnyNodeComes() {
    for (int round = 0; round < 20; round++) {
      RawWebSocket subscriber = CLUSTER.node(round % 3).webSocket().subscribe("round." + round);
      for (int node = 0; node < 3; node++) {
        CLUSTER.node(node).webSocket().publish("round." + round, String.valueOf(node));
      }
      List<Object> came = new ArrayList<>();
      for (int node = 0; node < 3; node++) {
        came.add(subscriber.readEvent("round." + round));
      }
      assertThat(came).containsExactlyInAnyOrder(0, 1, 2);
    }
  }

  @Test
  void everyNodeGetsThePublishersEventsInTheirOrder() {
    List<RawWebSocket> subscribers =
        CLUSTER.nodes().stream().map(node -> node.webSocket().subscribe("order.>")).toList();
    RawWebSocket first = CLUSTER.node(0).webSocket();
    RawWebSocket second = CLUSTER.node(1).webSocket();
    for (int i = 0; i < 50; i++) {
      first.send("{\"type\":\"publish\",\"topic\":\"order.a\",\"data\":" + i + "}");
      second.send("{\"type\":\"publish\",\"topic\":\"order.b\",\"data\":" + i + "}");
    }
    for (RawWebSocket subscriber : subscribers) {
      int nextA = 0;
      int nextB = 0;
      while (nextA < 50 || nextB < 50) {
        JsonObject event = subscriber.read("event");
        int next = event.getString("topic").equals("order.a") ? nextA++ : nextB++;
        assertThat(event.getInteger("data")).isEqualTo(next);
      }
    }
  }

  @Test
  void anEventGoesToTheNodesThatWantItAndToNoOther() {
    long before = events("n1", "n3");
    RawWebSocket wanting = CLUSTER.node(1).webSocket().subscribe("wanted.here");
    RawWebSocket publisher = CLUSTER.node(0).webSocket();
    for (int i = 0; i < 10; i++) {
      publisher.publish("wanted.here", String.valueOf(i));
    }
    for (int i = 0; i < 10; i++) {
      assertThat(wanting.readEvent("wanted.here")).isEqualTo(i);
    }
    assertThat(events("n1", "n3")).isEqualTo(before);
  }

  @Test
  void whatANodeNoLongerWantsIsNoLongerSentToIt() {
    RawWebSocket wanting = CLUSTER.node(1).webSocket().subscribe("once.wanted");
    RawWebSocket publisher = CLUSTER.node(0).webSocket();
    publisher.publish("once.wanted", "1");
    assertThat(wanting.readEvent("once.wanted")).isEqualTo(1);
    wanting.unsubscribe("once.wanted");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              long before = events("n1", "n2");
              publisher.publish("once.wanted", "2");
              return events("n1", "n2") == before;
            });
  }

  @Test
  void whatEachNodeBelievesOfTheOthersIsTheTruth() {
    CLUSTER.node(2).webSocket().subscribe("truth.a", "truth.>", "truth.*.b");
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (Object seen : cluster().getJsonArray("members")) {
                for (Object link : ((JsonObject) seen).getJsonArray("links")) {
                  JsonObject one = (JsonObject) link;
                  assertThat(one.getString("state")).isEqualTo("up");
                  assertThat(one.getJsonObject("interest"))
                      .isEqualTo(member(one.getString("node")).getJsonObject("interest"));
                }
              }
            });
  }

  private static JsonObject cluster() {
    return new JsonObject(CLUSTER.node(0).http().get("/v1/cluster").body());
  }

  private static JsonObject member(String node) {
    return cluster().getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .filter(member -> member.getString("node").equals(node))
        .findFirst()
        .orElseThrow();
  }

  /** Events that one node has sent to another. */
  private static long events(String from, String to) {
    return member(from).getJsonArray("links").stream()
        .map(JsonObject.class::cast)
        .filter(link -> link.getString("node").equals(to))
        .mapToLong(link -> link.getLong("events"))
        .sum();
  }
}
