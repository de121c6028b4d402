package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.FrameSocket;
import dev.carillon.testing.OperatedServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class TopicListTest {
  @RegisterExtension final OperatedServer server = OperatedServer.with("http.gateways=3");

  @Test
  void topicsAndPatternsInUseAreListedWithTheirSubscribersAndRates() throws Exception {
    server.subscribe("s1", "orders.>", "orders.created");
    server.subscribe("s2", "orders.>");
    server.subscribe("s3", "chat");
    for (int i = 0; i < 20; i++) {
      server.publish("orders.created", i);
    }
    server.publish("nobody.asks", 1);

    JsonObject page = server.json("/v1/topics");

    assertThat(names(page)).containsExactly("chat", "nobody.asks", "orders.>", "orders.created");
    assertThat(page.getString("next")).isNull();
    // Each of the two once, although one asked twice.
    assertThat(entry(page, "orders.created"))
        .isEqualTo(
            new JsonObject().put("topic", "orders.created").put("subscribers", 2).put("rate", 2.0));
    assertThat(entry(page, "orders.>"))
        .isEqualTo(new JsonObject().put("topic", "orders.>").put("subscribers", 2));
    assertThat(entry(page, "chat"))
        .isEqualTo(new JsonObject().put("topic", "chat").put("subscribers", 1).put("rate", 0.0));
    assertThat(entry(page, "nobody.asks").getInteger("subscribers")).isZero();
    assertThat(server.json("/v1/topics/orders.created")).isEqualTo(entry(page, "orders.created"));
    assertThat(server.json("/v1/topics/orders.%3E")).isEqualTo(entry(page, "orders.>"));
  }

  @Test
  void pagesHoldEveryTopicOnceAndInOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 10; i < 40; i++) {
      server.subscribe("s" + i, "t." + i);
      expected.add("t." + i);
    }
    List<String> seen = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      JsonObject page = server.json("/v1/topics?limit=7&after=" + next.get());
      assertThat(names(page)).hasSizeLessThanOrEqualTo(7);
      seen.addAll(names(page));
      next = Optional.ofNullable(page.getString("next"));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void aTopicThatNobodyUsesAnyMoreIsListedNoLonger() throws Exception {
    FrameSocket socket = server.subscribe("s1", "t", "u.*");
    assertThat(names(server.json("/v1/topics"))).containsExactly("t", "u.*");
    socket.send("{\"type\":\"unsubscribe\",\"id\":2,\"topics\":[\"u.*\"]}");
    socket.await("unsubscribed");
    assertThat(names(server.json("/v1/topics"))).containsExactly("t");
    socket.close(1000);
    await().until(() -> names(server.json("/v1/topics")).isEmpty());
  }

  @Test
  void aRateIsGoneTenSecondsAfterTheLastEvent() throws Exception {
    server.publish("once", 1);
    assertThat(server.json("/v1/topics/once").getDouble("rate")).isEqualTo(0.1);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.json("/v1/topics/once").getDouble("rate") == 0.0);
    assertThat(names(server.json("/v1/topics"))).isEmpty();
  }

  @Test
  void aTopicThatNobodyUsesHasNobodyAndNoEvents() throws Exception {
    assertThat(server.json("/v1/topics/not.used"))
        .isEqualTo(
            new JsonObject().put("topic", "not.used").put("subscribers", 0).put("rate", 0.0));
  }

  @Test
  void aNameOutsideTheGrammarIsRefused() throws Exception {
    assertThat(code(server.get("/v1/topics/a..b"))).isEqualTo("topic_invalid");
    assertThat(code(server.get("/v1/topics/%3E.a"))).isEqualTo("pattern_invalid");
  }

  private static String code(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(400);
    return new JsonObject(answer.body()).getString("code");
  }

  private static List<String> names(JsonObject page) {
    return page.getJsonArray("topics").stream()
        .map(entry -> ((JsonObject) entry).getString("topic"))
        .toList();
  }

  private static JsonObject entry(JsonObject page, String topic) {
    return page.getJsonArray("topics").stream()
        .map(JsonObject.class::cast)
        .filter(entry -> topic.equals(entry.getString("topic")))
        .findFirst()
        .orElseThrow();
  }
}
