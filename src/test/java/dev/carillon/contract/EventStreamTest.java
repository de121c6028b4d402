package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /v1/stream}: Server-Sent Events. */
final class EventStreamTest {
  @RegisterExtension final TestServer server = new TestServer("node=north");

  @Test
  void theHeadSaysWhatAStreamNeeds() {
    RawEventStream stream = open("?topic=t");

    assertThat(stream.head().status()).isEqualTo(200);
    assertThat(stream.head().header("content-type")).hasValue("text/event-stream");
    assertThat(stream.head().header("cache-control")).hasValue("no-store");
    assertThat(stream.head().header("x-accel-buffering")).hasValue("no");
  }

  @Test
  void theFirstBlocksAreTheSameObjectsAsOnTheWebSocket() {
    RawEventStream stream = open("?topic=orders.%3E&topic=chat.lobby&subscriber=ann");

    JsonObject welcome = stream.read("welcome");
    assertThat(welcome.getString("subscriber")).isEqualTo("ann");
    assertThat(welcome.getString("node")).isEqualTo("north");
    assertThat(welcome.getJsonObject("queue").encode())
        .isEqualTo("{\"capacity\":256,\"overflow\":\"drop-newest\"}");
    assertThat(stream.read("subscribed").encode())
        .isEqualTo(
            "{\"type\":\"subscribed\",\"topics\":[{\"topic\":\"orders.>\"},"
                + "{\"topic\":\"chat.lobby\"}]}");
  }

  @Test
  void eventsOfAllTopicsComeInOneOrder() {
    RawEventStream stream = server.eventStream("?topic=a.%3E&topic=b&topic=a.x");
    RawWebSocket webSocket = server.webSocket().subscribe(">");
    RawWebSocket publisher = server.webSocket();

    for (int i = 0; i < 50; i++) {
      publisher.publish("a.x", "" + i);
      publisher.publish("b", "" + i);
    }

    for (int i = 0; i < 100; i++) {
      RawEventStream.Block block = stream.read();
      assertThat(block.event()).isEqualTo("event");
      assertThat(block.data()).isEqualTo(webSocket.readText());
    }
  }

  @Test
  void everythingPublishedAfterTheSubscribedBlockComes() {
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < 20; i++) {
      RawEventStream stream = server.eventStream("?topic=t" + i);
      publisher.publish("t" + i, "" + i);
      assertThat(stream.read("event").getInteger("data")).isEqualTo(i);
    }
  }

  @Test
  void anEventComesOnceHoweverManyPatternsMatch() {
    RawEventStream stream = server.eventStream("?topic=a&topic=*&topic=%3E&topic=a");
    RawWebSocket publisher = server.webSocket();

    publisher.publish("a", "1");
    publisher.publish("a", "2");

    assertThat(stream.read("event").getInteger("data")).isEqualTo(1);
    assertThat(stream.read("event").getInteger("data")).isEqualTo(2);
  }

  @Test
  void everyBlockIsOneLineOfDataWhateverTheEventHolds() {
    RawEventStream stream = server.eventStream("?topic=t");

    server
        .http()
        .post(
            "/v1/topics/t/events", "application/json", "{\n\"a\":\r\n\"\\n\\ndata: {}\\n\\n\"\n}");

    assertThat(stream.read("event").getJsonObject("data").getString("a"))
        .isEqualTo("\n\ndata: {}\n\n");
  }

  @Test
  void aCommentLineKeepsAnIdleConnectionOpen() {
    server.set("http.pingSeconds=1", "http.idleSeconds=2");
    RawEventStream stream = server.eventStream("?topic=t");

    stream.awaitComment();
    stream.awaitComment();
    stream.awaitComment();

    server.webSocket().publish("t", "1");
    assertThat(stream.read("event").getInteger("data")).isEqualTo(1);
  }

  @Test
  void aClientOfHttp10GetsItsStreamToo() {
    server.set("http.pingSeconds=1", "http.idleSeconds=2");
    RawHttp http = server.http();
    http.send("GET /v1/stream?topic=t HTTP/1.0\r\n\r\n");
    RawEventStream stream = RawEventStream.of(http);

    assertThat(stream.head().status()).isEqualTo(200);
    assertThat(stream.head().header("transfer-encoding")).isEmpty();
    stream.read("welcome");
    stream.read("subscribed");
    for (int i = 0; i < 20; i++) {
      server.webSocket().publish("t", "" + i);
      assertThat(stream.read("event").getInteger("data")).isEqualTo(i);
    }
    // Beyond what a request may take, and with signs of life.
    stream.awaitComment();
    stream.awaitComment();
    stream.awaitComment();
    server.webSocket().publish("t", "20");
    assertThat(stream.read("event").getInteger("data")).isEqualTo(20);
  }

  @Test
  void anIdInUseIsRefusedOnEitherDoor() {
    server.webSocket("?subscriber=ann");
    server.eventStream("?topic=t&subscriber=bob");

    get("/v1/stream?topic=t&subscriber=ann").problem(409, "subscriber_exists");
    get("/v1/stream?topic=t&subscriber=bob").problem(409, "subscriber_exists");
    RawWebSocket client = server.upgraded(RawSocket.to(server.port()), "?subscriber=bob");
    assertThat(client.read("error").getString("code")).isEqualTo("subscriber_exists");
    assertThat(client.readClose().code()).isEqualTo(4409);
  }

  @Test
  void aStreamThatIsTakenOverIsToldAndEnds() {
    RawEventStream old = server.eventStream("?topic=t&subscriber=ann");

    RawEventStream fresh = server.eventStream("?topic=t&subscriber=ann&takeover=true");

    assertThat(old.read("error").getString("code")).isEqualTo("subscriber_exists");
    old.awaitEnd();
    server.webSocket().publish("t", "1");
    assertThat(fresh.read("event").getInteger("data")).isEqualTo(1);
    assertThat(server.books().subscribers()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/stream, bad_request",
    "/v1/stream?, bad_request",
    "/v1/stream?topics=t, bad_request",
    "/v1/stream?topic=, topic_invalid",
    "/v1/stream?topic=a..b, topic_invalid",
    "/v1/stream?topic=a&topic=%3E.b, pattern_invalid",
    "/v1/stream?topic=$sys, topic_invalid",
    "/v1/stream?topic=a%0d%0adata:x, topic_invalid",
    "/v1/stream?topic=a&subscriber=a%20b, bad_request",
  })
  void aStreamThatCanNotBeIsRefused(String target, String code) {
    get(target).problem(400, code);
  }

  @Test
  void tooManyTopicsAreRefused() {
    server.set("limits.topicsPerSubscriber=2");

    get("/v1/stream?topic=a&topic=b&topic=c").problem(413, "limit_exceeded");
    server.eventStream("?topic=a&topic=b&topic=a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD", "PATCH"})
  void aStreamIsOnlyRead(String method) {
    RawHttp http = server.http();
    http.send(method + " /v1/stream?topic=t HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");

    if (method.equals("HEAD")) {
      assertThat(http.readStatus()).isEqualTo(405);
    } else {
      http.read().problem(405, "bad_request");
    }
  }

  @Test
  void whatTheClientSendsAfterItsRequestIsIgnored() {
    RawEventStream stream = server.eventStream("?topic=t");

    server.http(stream.socket()).send("GET / HTTP/1.1\r\n\r\n".repeat(1000));

    server.webSocket().publish("t", "1");
    assertThat(stream.read("event").getInteger("data")).isEqualTo(1);
  }

  private RawEventStream open(String query) {
    return server.eventStreamOver(RawSocket.to(server.port()), query);
  }

  private HttpAnswer get(String target) {
    return server.http().get(target);
  }
}
