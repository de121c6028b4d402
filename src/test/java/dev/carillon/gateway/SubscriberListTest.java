package dev.carillon.gateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.FrameSocket;
import dev.carillon.testing.OperatedServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubscriberListTest {
  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with(
          "http.gateways=3",
          "queue.events=8",
          "http.sendBufferBytes=8192",
          "limits.eventBytes=65536");

  @Test
  void pagesHoldEverySubscriberOfAllGatewaysOnceAndInTheOrderOfTheirIds() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      String id = String.format(Locale.ROOT, "s%02d", (i * 7) % 23);
      server.subscribe(id, "a");
      expected.add(id);
    }
    Collections.sort(expected);

    List<String> seen = new ArrayList<>();
    Optional<String> next = Optional.of("");
    int pages = 0;
    while (next.isPresent()) {
      JsonObject page = server.json("/v1/subscribers?limit=5&after=" + next.get());
      List<String> ids = ids(page);
      assertThat(ids).hasSizeLessThanOrEqualTo(5);
      seen.addAll(ids);
      next = Optional.ofNullable(page.getString("next"));
      pages++;
    }

    assertThat(seen).isEqualTo(expected);
    assertThat(pages).isEqualTo(5);
    assertThat(ids(server.json("/v1/subscribers"))).isEqualTo(expected);
    assertThat(ids(server.json("/v1/subscribers?after=s21"))).containsExactly("s22");
    assertThat(server.json("/v1/subscribers").getString("next")).isNull();
  }

  @Test
  void anEntrySaysWhoIsConnectedToWhatAndWhatBecameOfItsEvents() throws Exception {
    Instant before = Instant.now().minusSeconds(1);
    FrameSocket socket = server.subscribe("reader", "orders.>", "chat.lobby");
    server.publish("orders.created", "one");
    server.publish("chat.lobby", "two");
    socket.await("event");
    socket.await("event");

    JsonObject entry = server.json("/v1/subscribers/reader");

    assertThat(entry.getString("id")).isEqualTo("reader");
    assertThat(entry.getString("node")).isEqualTo("n1");
    assertThat(entry.getString("door")).isEqualTo("websocket");
    assertThat(entry.getJsonArray("topics"))
        .isEqualTo(new JsonArray("[\"orders.>\",\"chat.lobby\"]"));
    assertThat(entry.getLong("matched")).isEqualTo(2);
    assertThat(entry.getLong("sent")).isEqualTo(2);
    assertThat(entry.getLong("queued")).isZero();
    assertThat(entry.getLong("queuedBytes")).isZero();
    assertThat(entry.getLong("dropped")).isZero();
    assertThat(entry.containsKey("droppedByReason")).isFalse();
    assertThat(Instant.parse(entry.getString("connectedAt"))).isBetween(before, Instant.now());
    assertThat(entry.getString("remote")).matches("127\\.0\\.0\\.1:[0-9]+");
    assertThat(server.json("/v1/subscribers").getJsonArray("subscribers"))
        .isEqualTo(new JsonArray(List.of(entry)));
  }

  @Test
  void whoDoesNotReadIsShownWithWhatWaitsAndWhatIsLost() throws Exception {
    FrameSocket socket = server.connect("subscriber=stalled");
    socket.send("{\"type\":\"subscribe\",\"topics\":[\"big\"]}");
    await().until(() -> topics("stalled").equals(List.of("big")));
    socket.stopReading();
    String large = "x".repeat(60_000);
    // The kernel may take more at any time, so only some looks show the queue full.
    JsonObject entry =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> {
                  server.publish("big", large);
                  return server.json("/v1/subscribers/stalled");
                },
                stalled -> stalled.getLong("dropped") >= 3 && stalled.getLong("queued") == 8);

    assertThat(entry.getLong("queuedBytes")).isGreaterThan(8 * 60_000);
    assertThat(entry.getJsonObject("droppedByReason").getLong("queue_full"))
        .isEqualTo(entry.getLong("dropped"));
    assertThat(entry.getLong("sent") + entry.getLong("queued") + entry.getLong("dropped"))
        .isEqualTo(entry.getLong("matched"));
    socket.abort();
  }

  @Test
  void aStreamIsShownWithItsDoor() throws Exception {
    try (InputStream stream = stream("sse1", "a.*")) {
      JsonObject entry = server.json("/v1/subscribers/sse1");
      assertThat(entry.getString("door")).isEqualTo("sse");
      assertThat(entry.getString("remote")).matches("127\\.0\\.0\\.1:[0-9]+");
      assertThat(stream.read()).isEqualTo('e');
    }
  }

  @Test
  void disconnectingClosesAWebSocketWithTheCodeForComingBackLater() throws Exception {
    FrameSocket socket = server.subscribe("a", "t");
    FrameSocket other = server.subscribe("b", "t");

    HttpResponse<String> answer = server.send("DELETE", "/v1/subscribers/a");

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(server.get("/v1/subscribers/a").statusCode()).isEqualTo(404);
    assertThat(socket.awaitClose()).isEqualTo(4300);
    server.publish("t", 1);
    other.await("event");
    assertThat(ids(server.json("/v1/subscribers"))).containsExactly("b");
  }

  @Test
  void disconnectingEndsAStream() throws Exception {
    try (InputStream stream = stream("sse1", "a")) {
      assertThat(server.send("DELETE", "/v1/subscribers/sse1").statusCode()).isEqualTo(204);
      assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
          .contains("event: subscribed");
    }
    assertThat(ids(server.json("/v1/subscribers"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE"})
  void anUnknownSubscriberIsNotFound(String method) throws Exception {
    HttpResponse<String> answer = server.send(method, "/v1/subscribers/nobody");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("not_subscribed");
  }

  @Test
  void whoHasTakenAnIdOverIsShownOnce() throws Exception {
    FrameSocket old = server.subscribe("a", "old");
    server.connect("subscriber=a&takeover=true");
    assertThat(old.awaitClose()).isEqualTo(4409);
    assertThat(ids(server.json("/v1/subscribers"))).containsExactly("a");
    assertThat(topics("a")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1001", "-1", "1.5", "ten", "", "99999999999"})
  void aLimitOutsideItsBoundsIsRefused(String limit) throws Exception {
    for (String list : List.of("/v1/subscribers", "/v1/topics")) {
      HttpResponse<String> answer = server.get(list + "?limit=" + limit);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(new JsonObject(answer.body()).getString("detail")).contains("1 to 1000");
    }
  }

  @Test
  void aPageEndsAfterAMegabyteAndSaysWhereToGoOn() throws Exception {
    String longest = IntStream.range(0, 15).mapToObj(i -> "x".repeat(15)).collect(joining("."));
    for (int s = 0; s < 7; s++) {
      int subscriber = s;
      server.subscribe(
          "s" + s,
          IntStream.range(0, 800)
              .mapToObj(t -> longest + "." + subscriber + "-" + t)
              .toArray(String[]::new));
    }

    JsonObject first = server.json("/v1/subscribers");
    JsonObject second = server.json("/v1/subscribers?after=" + first.getString("next"));

    assertThat(first.encode().length()).isLessThan(2 * JsonAnswer.MAX_PAGE_BYTES);
    assertThat(ids(first)).hasSizeBetween(4, 6);
    assertThat(Stream.concat(ids(first).stream(), ids(second).stream()))
        .containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    assertThat(second.getString("next")).isNull();
  }

  private List<String> topics(String id) throws IOException, InterruptedException {
    return server.json("/v1/subscribers/" + id).getJsonArray("topics").stream()
        .map(String::valueOf)
        .toList();
  }

  private InputStream stream(String id, String topic)
      throws IOException, InterruptedException, TimeoutException {
    InputStream stream =
        HttpClient.newHttpClient()
            .send(
                server.request("/v1/stream?subscriber=" + id + "&topic=" + topic).build(),
                BodyHandlers.ofInputStream())
            .body();
    await().until(() -> server.get("/v1/subscribers/" + id).statusCode() == 200);
    return stream;
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("subscribers").stream()
        .map(entry -> ((JsonObject) entry).getString("id"))
        .toList();
  }
}
