package dev.carillon.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How two nodes see each other, asked from outside. */
final class ClusterViewTest {
  @RegisterExtension static final ClusterFixture cluster = new ClusterFixture(2);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Description openApi = new Description("openapi.json");

  ClusterViewTest() throws IOException {}

  @Test
  void everyNodeTellsTheSameOfAllAndBelievesOfOthersWhatTheyWant() {
    RawWebSocket onFirst = cluster.node(0).webSocket("?subscriber=ann");
    onFirst.subscribe("orders.>", "chat.lobby");
    RawWebSocket onSecond = cluster.node(1).webSocket("?subscriber=bob");
    onSecond.subscribe("a");
    awaitAgreement();

    for (int i = 0; i < 2; i++) {
      JsonObject view = view(i);
      assertThat(view.getString("node")).isEqualTo("n" + (i + 1));
      assertThat(view.getJsonArray("unreachable")).isEmpty();
      List<JsonObject> members = objects(view, "members");
      assertThat(members).extracting(m -> m.getString("node")).containsExactly("n1", "n2");
      assertThat(members).extracting(m -> m.getInteger("subscribers")).containsExactly(1, 1);
      assertThat(members).extracting(m -> m.getInteger("topics")).containsExactly(2, 1);
      assertThat(members).extracting(m -> m.getInteger("linked")).containsExactly(2, 2);
      assertThat(members).extracting(m -> m.getBoolean("ready")).containsExactly(true, true);
      assertThat(members).extracting(m -> m.getBoolean("self")).containsExactly(i == 0, i == 1);
      for (int m = 0; m < 2; m++) {
        assertThat(linkTo(members.get(m), members.get(1 - m)).orElseThrow().getString("state"))
            .isEqualTo("up");
      }
      assertThat(
              openApi.mistakes(new JsonObject().put("$ref", "#/components/schemas/Cluster"), view))
          .isEmpty();
    }
  }

  @Test
  void linksAreMetricsOfEachPeer() throws Exception {
    RawWebSocket reader = cluster.node(1).webSocket();
    reader.subscribe("a", "b.*");
    HttpAnswer published =
        cluster.node(0).http().post("/v1/topics/a/events", "text/plain", "hello");
    assertThat(published.status()).isEqualTo(202);
    reader.read("event");
    awaitAgreement();

    String page = metrics(0);

    for (Metric metric : Metric.values()) {
      assertThat(page).contains("# HELP " + metric.prometheusName() + " " + metric.sentence());
      if (metric.labels().equals(List.of("peer"))) {
        assertThat(seriesOf(page, metric))
            .containsExactly(metric.prometheusName() + "{peer=\"n2\"}");
      }
    }
    assertThat(page.lines())
        .contains(
            "carillon_cluster_members 2.0",
            "carillon_cluster_linked 2.0",
            "carillon_cluster_minimum_members 1.0",
            "carillon_interest_topics 2.0",
            "carillon_link_peer_up{peer=\"n2\"} 1.0",
            "carillon_link_peer_topics{peer=\"n2\"} 2.0",
            "carillon_link_peer_events_total{peer=\"n2\"} 1.0",
            "carillon_link_peer_lost_events_total{peer=\"n2\"} 0.0",
            "carillon_link_peer_window_bytes{peer=\"n2\"} 4194304.0");
  }

  @Test
  void whoLeavesIsForgottenAndWhoIsKilledIsKeptUntilItsNextLifeIsUp() throws Exception {
    cluster.stop(1);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(linksOfTheOnlyMember()).isEmpty());
    assertThat(metrics(0)).doesNotContain("peer=");

    cluster.start(1);
    awaitAgreement();
    cluster.kill(1);

    assertThat(linksOfTheOnlyMember())
        .singleElement()
        .satisfies(link -> assertThat(link.getString("state")).isEqualTo("suspended"));
    assertThat(metrics(0).lines())
        .contains("carillon_cluster_members 1.0", "carillon_link_peer_up{peer=\"n2\"} 0.0");

    cluster.start(1);
    awaitAgreement();
    assertThat(metrics(0).lines())
        .contains("carillon_cluster_members 2.0", "carillon_link_peer_up{peer=\"n2\"} 1.0");
  }

  private List<JsonObject> linksOfTheOnlyMember() {
    List<JsonObject> members = objects(view(0), "members");
    assertThat(members).hasSize(1);
    assertThat(members.get(0).getInteger("linked")).isEqualTo(1);
    return objects(members.get(0), "links");
  }

  /** Waits until what each node believes of each other is what that one says. */
  private void awaitAgreement() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              List<JsonObject> members = objects(view(0), "members");
              assertThat(members).hasSize(2);
              for (int i = 0; i < 2; i++) {
                JsonObject believed = members.get(1 - i);
                assertThat(
                        linkTo(members.get(i), believed)
                            .map(link -> link.getJsonObject("interest")))
                    .hasValue(believed.getJsonObject("interest"));
              }
            });
  }

  private static Optional<JsonObject> linkTo(JsonObject from, JsonObject to) {
    return objects(from, "links").stream()
        .filter(link -> link.getString("id").equals(to.getString("id")))
        .findFirst();
  }

  private static List<String> seriesOf(String page, Metric metric) {
    List<String> found = new ArrayList<>();
    for (String line : page.split("\n", -1)) {
      if (line.startsWith(metric.prometheusName() + "{")) {
        found.add(line.substring(0, line.lastIndexOf(' ')));
      }
    }
    return found;
  }

  /** The page of a node's metrics. */
  private String metrics(int node) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(cluster.url(node) + "/metrics").toURL().openConnection();
    // No connection may be left when the test has ended.
    connection.setRequestProperty("Connection", "close");
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private JsonObject view(int node) {
    try (RawHttp http = cluster.node(node).http()) {
      HttpAnswer answer = http.get("/v1/cluster");
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      return answer.json();
    }
  }

  private static List<JsonObject> objects(JsonObject json, String name) {
    return json.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
  }
}
