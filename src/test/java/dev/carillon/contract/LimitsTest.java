package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one client may ask for, and what it is told past that. */
final class LimitsTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void eventBytesBoundAnEventsData() {
    server.set("limits.eventBytes=10");
    RawWebSocket client = server.webSocket();

    client.publish("t", "\"12345678\"");
    JsonObject error = publish(client, "\"data\":\"123456789\"");
    assertThat(error.getString("code")).isEqualTo("too_large");
    assertThat(error.getString("message")).contains("11", "10");
    assertThat(publish(client, "\"dataBase64\":\"AAAAAAAA\"").getString("type"))
        .isEqualTo("published");
    assertThat(publish(client, "\"dataBase64\":\"AAAAAAAAAAAA\"").getString("code"))
        .isEqualTo("too_large");
  }

  @Test
  void anEventThatIsTooLargeWithoutIdClosesWith1009() {
    server.set("limits.eventBytes=10");
    RawWebSocket client = server.webSocket();

    client.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":\"123456789\"}");

    assertThat(client.read("error").getString("code")).isEqualTo("too_large");
    assertThat(client.readClose().code()).isEqualTo(1009);
  }

  @Test
  void eventBytesBoundTheBodyOfAPost() {
    server.set("limits.eventBytes=10");
    RawHttp http = server.http();
    String target = "/v1/topics/t/events";

    assertThat(http.post(target, "application/json", "1234567890").status()).isEqualTo(202);
    http.post(target, "application/json", "12345678901").problem(413, "too_large");
    http.post(target, "text/plain", "123456789").problem(413, "too_large");
    http.post("/v1/events", "application/json", "[{\"topic\":\"t\",\"data\":12345678901}]")
        .problem(413, "too_large");
  }

  @Test
  void frameBytesBoundAFrameAndAMessageOfFragments() {
    server.set("limits.frameBytes=1024", "limits.eventBytes=100");
    RawWebSocket whole = server.webSocket();
    assertThat(whole.call(ping(1024)).getString("type")).isEqualTo("pong");
    whole.send(ping(1025));
    assertThat(whole.readClose().code()).isEqualTo(1009);

    RawWebSocket fragments = server.webSocket();
    byte[] part = " ".repeat(512).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    fragments.sendBytes(ClientFrames.frame(ClientFrames.TEXT, part));
    fragments.sendBytes(ClientFrames.frame(ClientFrames.CONTINUATION, part));
    fragments.sendBytes(ClientFrames.frame(ClientFrames.CONTINUATION, new byte[] {' '}));
    assertThat(fragments.readClose()).isEqualTo(new CloseFrame(1009, "frame too large"));
  }

  @Test
  void frameBytesBoundTheBodyOfAPost() {
    server.set("limits.frameBytes=1024", "limits.eventBytes=1024");

    assertThat(server.http().post("/v1/topics/t/events", "text/plain", "1".repeat(1022)).status())
        .isEqualTo(202);
    server
        .http()
        .post("/v1/topics/t/events", "text/plain", "1".repeat(1025))
        .problem(413, "too_large");
    RawHttp chunked = server.http();
    chunked.send("POST /v1/events HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunked.send("400\r\n" + " ".repeat(1024) + "\r\n1\r\n \r\n");
    chunked.read().problem(413, "too_large");
  }

  @Test
  void topicsPerSubscriberBoundTopicsAndPatterns() {
    server.set("limits.topicsPerSubscriber=3");
    RawWebSocket client = server.webSocket().subscribe("a", "b.>");

    JsonObject error = client.call("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"c\",\"d\"]}");
    assertThat(error.getString("code")).isEqualTo("limit_exceeded");
    client.subscribe("c");
    assertThat(
            client.call("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"d\"]}").getString("code"))
        .isEqualTo("limit_exceeded");
    client.unsubscribe("a").subscribe("d");
  }

  @Test
  void aPatternMayBeginInMoreHistoriesThanASubscriberHasTopics() {
    server.set("limits.topicsPerSubscriber=3");

    assertThat(beginIn(1000).getString("type")).isEqualTo("subscribed");
    JsonObject error = beginIn(1001);
    assertThat(error.getString("code")).isEqualTo("limit_exceeded");
    assertThat(error.getString("message")).contains("1000");
  }

  private JsonObject beginIn(int places) {
    JsonObject from = new JsonObject();
    for (int i = 0; i < places; i++) {
      from.put("b." + i, "earliest");
    }
    return server
        .webSocket()
        .call(
            new JsonObject()
                .put("type", "subscribe")
                .put("id", 1)
                .put("topics", new JsonArray().add("b.>"))
                .put("from", from)
                .encode());
  }

  @Test
  void batchEventsBoundABatch() {
    server.set("limits.batchEvents=2");
    RawWebSocket client = server.webSocket();
    String event = "{\"topic\":\"t\",\"data\":1}";
    String command = "{\"type\":\"publish\",\"id\":1,\"events\":[" + event + "," + event;

    assertThat(client.call(command + "]}").getString("type")).isEqualTo("published");
    assertThat(client.call(command + "," + event + "]}").getString("code"))
        .isEqualTo("limit_exceeded");
  }

  @Test
  void pastTheSubscribersOfANodeANewOneIsRefusedAndTheOthersAreServed() {
    server.set("limits.subscribers=3");
    RawWebSocket one = server.webSocket().subscribe("t");
    server.webSocket();
    RawWebSocket three = server.webSocket();

    RawHttp http = server.http();
    for (int i = 0; i < 5; i++) {
      http.send(ClientFrames.handshake("/v1/ws")).read().problem(503, "overloaded");
      http.get("/v1/stream?topic=t").problem(503, "overloaded");
    }
    one.publish("t", "1");
    assertThat(one.readEvent("t")).isEqualTo(1);

    three.closeNormally();
    server.webSocket().subscribe("t");
  }

  @Test
  void anEmptyNodeTakesAsManySubscribersAsEver() {
    server.set("limits.subscribers=2");
    for (int i = 0; i < 10; i++) {
      server.webSocket("?subscriber=ann").closeNormally();
      assertThat(server.eventStream("?topic=t&subscriber=ann").head().status()).isEqualTo(200);
      server.webSocket("?subscriber=ann&takeover=true").closeNormally();
    }
  }

  @Test
  void eventsPerSecondBoundAPublisher() {
    server.set("limits.eventsPerSecond=20");
    RawWebSocket client = server.webSocket();
    int published = 0;
    JsonObject answer = publish(client, "\"data\":1");
    while (answer.getString("type").equals("published")) {
      published++;
      answer = publish(client, "\"data\":1");
    }

    assertThat(published).isGreaterThanOrEqualTo(20);
    assertThat(answer.getString("code")).isEqualTo("rate_limited");
    assertThat(answer.getBoolean("retryable")).isTrue();
    // Only this connection is held up, and not for long.
    server.webSocket().publish("t", "1");
    org.awaitility.Awaitility.await()
        .until(() -> publish(client, "\"data\":1").getString("type").equals("published"));
  }

  @Test
  void aPublisherThatDoesNotListenIsClosedWith4329() {
    server.set("limits.eventsPerSecond=5");
    RawWebSocket client = server.webSocket();

    for (int i = 0; i < 50; i++) {
      client.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":1}");
    }

    assertThat(client.read("error").getString("code")).isEqualTo("rate_limited");
    assertThat(client.readClose()).isEqualTo(new CloseFrame(4329, "rate limit"));
  }

  @Test
  void eventsPerSecondBoundAnHttpConnectionToo() {
    server.set("limits.eventsPerSecond=5");
    RawHttp http = server.http();
    for (int i = 0; i < 5; i++) {
      assertThat(http.post("/v1/topics/t/events", "application/json", "1").status()).isEqualTo(202);
    }
    String batch =
        "[" + "{\"topic\":\"t\",\"data\":1},".repeat(4) + "{\"topic\":\"t\",\"data\":1}]";

    JsonObject problem =
        http.post("/v1/events", "application/json", batch).problem(429, "rate_limited");

    assertThat(problem.getBoolean("retryable")).isTrue();
    assertThat(server.http().post("/v1/events", "application/json", batch).status()).isEqualTo(202);
  }

  @Test
  void aBatchLargerThanASecondsWorthGetsThroughOnceThereIsRoom() {
    server.set("limits.eventsPerSecond=5");
    RawWebSocket client = server.webSocket();
    String batch =
        "{\"type\":\"publish\",\"id\":1,\"events\":["
            + "{\"topic\":\"t\",\"data\":1},".repeat(9)
            + "{\"topic\":\"t\",\"data\":1}]}";

    assertThat(client.call(batch).getString("type")).isEqualTo("published");
    assertThat(client.call(batch).getString("code")).isEqualTo("rate_limited");
    assertThat(publish(client, "\"data\":1").getString("code")).isEqualTo("rate_limited");
  }

  private static String ping(int bytes) {
    String ping = "{\"type\":\"ping\",\"id\":1}";
    return ping + " ".repeat(bytes - ping.length());
  }

  private static JsonObject publish(RawWebSocket client, String data) {
    return client.call("{\"type\":\"publish\",\"id\":1,\"topic\":\"t\"," + data + "}");
  }
}
