package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/topics/{topic}/events}. */
final class HttpPublishTest {
  private static final String EVENTS = "/v1/topics/orders.created/events";

  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void anAcceptedEventIsNamed() {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");

    HttpAnswer answer = server.http().post(EVENTS, "application/json", "{\"n\": 1}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().fieldNames()).containsExactly("eventId");
    JsonObject event = subscriber.read("event");
    assertThat(event.getString("id")).isEqualTo(answer.json().getString("eventId"));
    assertThat(event.getString("topic")).isEqualTo("orders.created");
    assertThat(event.getJsonObject("data").encode()).isEqualTo("{\"n\":1}");
    assertThat(event.containsKey("key")).isFalse();
  }

  @Test
  void headersNameTheEventAndItsKey() {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");

    HttpAnswer answer =
        server.http().post(EVENTS, "application/json", "1", "Event-Id: e-7", "event-key: o-17");

    assertThat(answer.body()).isEqualTo("{\"eventId\":\"e-7\"}");
    JsonObject event = subscriber.read("event");
    assertThat(event.getString("id")).isEqualTo("e-7");
    assertThat(event.getString("key")).isEqualTo("o-17");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "\"😀\"", "\"！\"", "{\"😀\":1}", "\"\uf000\"", "null", " [1, 2]\t", "\"\""})
  void jsonComesByteForByte(String json) {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");

    HttpAnswer answer = server.http().post(EVENTS, "application/json", json);

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    assertThat(subscriber.readText()).endsWith(",\"data\":" + json + "}");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '{\"a\":1}', '\"data\":{\"a\":1}'",
    "application/json; charset=utf-8, '[1]', '\"data\":[1]'",
    "Application/JSON, '[1]', '\"data\":[1]'",
    "application/vnd.some+json, '[1]', '\"data\":[1]'",
    "application/cloudevents+json, '{\"specversion\":\"1.0\"}', '\"data\":{\"specversion\":\"1.0\"}'",
    "text/plain, 'a \"quoted\" line', '\"data\":\"a \\\"quoted\\\" line\"'",
    "text/plain; charset=utf-8, äö, '\"data\":\"äö\"'",
    "text/csv, 'a,b', '\"data\":\"a,b\"'",
    "text/plain, '', '\"data\":\"\"'",
    "application/octet-stream, abc, '\"dataBase64\":\"YWJj\"'",
    "image/png, abc, '\"dataBase64\":\"YWJj\"'",
    "application/octet-stream, '', '\"dataBase64\":\"\"'",
    "application/xml, <a/>, '\"dataBase64\":\"PGEvPg==\"'",
  })
  void theContentTypeSaysHowTheBodyTravels(String type, String body, String data) {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");

    HttpAnswer answer = server.http().post(EVENTS, type, body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    assertThat(subscriber.readText()).endsWith("," + data + "}");
  }

  @Test
  void textInAnotherCharsetIsUnderstood() {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");

    server
        .http()
        .post(
            EVENTS,
            "text/plain; charset=\"ISO-8859-1\"",
            "gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(subscriber.read("event").getString("data")).isEqualTo("grüße");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain; charset=klingon",
        "text/plain; charset=%%%",
        "text/plain; charset=",
      })
  void aTypeThatCanNotBeMeantIsRefused(String type) {
    server.http().post(EVENTS, type, "a=%zz").problem(415, "bad_request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}}",
        "1 2",
        "nul",
        "'a'",
        "NaN",
        "01",
        "{\"a\":1,}",
        "\ufeff1",
        "\"\u0001\""
      })
  void whatIsNotJsonIsRefused(String body) {
    JsonObject problem =
        server.http().post(EVENTS, "application/json", body).problem(400, "bad_request");

    assertThat(problem.getString("detail")).startsWith("not JSON");
    assertThat(problem.getBoolean("retryable")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain"})
  void textThatIsNotUtf8IsRefused(String type) {
    byte[] body = {'"', (byte) 0xc3, '(', '"'};

    server.http().post(EVENTS, type, body).problem(400, "bad_request");
    server
        .http()
        .post(EVENTS, type, "\"\u00e4\"".getBytes(StandardCharsets.UTF_16))
        .problem(400, "bad_request");
  }

  @Test
  void nestingIsBounded() {
    server.set("limits.jsonDepth=8");
    RawHttp http = server.http();

    assertThat(http.post(EVENTS, "application/json", "[".repeat(8) + "]".repeat(8)).status())
        .isEqualTo(202);
    JsonObject problem =
        http.post(EVENTS, "application/json", "[".repeat(9) + "]".repeat(9))
            .problem(400, "bad_request");
    assertThat(problem.getString("detail")).contains("8");
    http.post(EVENTS, "application/json", "[".repeat(100_000)).problem(400, "bad_request");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/topics/a..b/events, topic_invalid",
    "/v1/topics/a.*/events, topic_invalid",
    "/v1/topics/%3E/events, topic_invalid",
    "/v1/topics/$sys/events, topic_invalid",
    "/v1/topics/a%2Fb/events, topic_invalid",
    "/v1/topics/%C3%A4/events, topic_invalid",
    "/v1/topics/%20/events, topic_invalid",
    "/v1/topics/a%0ab/events, topic_invalid",
    "/v1/topics/%zz/events, bad_request",
  })
  void aTopicOutsideTheGrammarIsRefused(String target, String code) {
    server.http().post(target, "application/json", "1").problem(400, code);
  }

  @Test
  void aTopicMayBePercentEncoded() {
    RawWebSocket subscriber = server.webSocket().subscribe("a:b@c");

    assertThat(server.http().post("/v1/topics/a%3Ab%40c/events", "application/json", "1").status())
        .isEqualTo(202);

    assertThat(subscriber.readEvent("a:b@c")).isEqualTo(1);
  }

  @Test
  void idAndKeyAreBounded() {
    RawHttp http = server.http();
    String type = "application/json";

    assertThat(http.post(EVENTS, type, "1", "Event-Id: " + "x".repeat(64)).status()).isEqualTo(202);
    http.post(EVENTS, type, "1", "Event-Id: " + "x".repeat(65)).problem(400, "bad_request");
    http.post(EVENTS, type, "1", "Event-Id:").problem(400, "bad_request");
    http.post(EVENTS, type, "1", "Event-Key: " + "x".repeat(256)).problem(400, "bad_request");
  }

  @Test
  void aConnectionIsKeptForTheNextRequestAfterARefusalToo() {
    RawHttp http = server.http();

    http.post(EVENTS, "application/json", "{").problem(400, "bad_request");
    http.post("/v1/nowhere", "application/json", "1").problem(404, "bad_request");
    assertThat(http.post(EVENTS, "application/json", "1").status()).isEqualTo(202);
  }

  @Test
  void requestsSentTogetherAreAnsweredInTheirOrder() {
    RawHttp http = server.http();
    String head = "POST " + EVENTS + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n";

    for (int i = 0; i < 20; i++) {
      http.send(head + "Event-Id: e" + i + "\r\n\r\n1");
    }

    for (int i = 0; i < 20; i++) {
      assertThat(http.read().body()).isEqualTo("{\"eventId\":\"e" + i + "\"}");
    }
  }

  @Test
  void aBodyInChunksAndOneThatIsAskedForAreTaken() {
    RawHttp http = server.http();
    String head = "POST " + EVENTS + " HTTP/1.1\r\nHost: h\r\n";

    http.send(head + "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n");
    assertThat(http.read().status()).isEqualTo(202);

    http.send(head + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    assertThat(http.read().status()).isEqualTo(100);
    http.send("1");
    assertThat(http.read().status()).isEqualTo(202);
  }
}
