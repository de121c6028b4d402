package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/events}: JSON arrays and newline-delimited JSON. */
final class HttpBatchTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void aBatchIsAnsweredAndDeliveredInItsOrder() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    HttpAnswer answer =
        post(
            "application/json",
            "[{\"topic\":\"b\",\"data\":1,\"eventId\":\"one\",\"key\":\"k\"},"
                + "{\"topic\":\"a\",\"dataBase64\":\"AA==\"},{\"topic\":\"b\",\"data\":[ 3 ]}]");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().fieldNames()).containsExactly("events");
    JsonArray events = answer.json().getJsonArray("events");
    assertThat(events).hasSize(3);
    assertThat(events.getJsonObject(0).encode()).isEqualTo("{\"eventId\":\"one\"}");
    JsonObject first = subscriber.read("event");
    assertThat(first.getString("id")).isEqualTo("one");
    assertThat(first.getString("key")).isEqualTo("k");
    assertThat(subscriber.read("event").getString("dataBase64")).isEqualTo("AA==");
    JsonObject third = subscriber.read("event");
    assertThat(third.getString("id")).isEqualTo(events.getJsonObject(2).getString("eventId"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-ndjson", "application/x-ndjson; charset=utf-8"})
  void linesOfJsonAreABatch(String type) {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    HttpAnswer answer =
        post(
            type,
            "{\"topic\":\"a\",\"data\":\"😀\"}\n\r\n  \n{\"topic\":\"b\",\"data\":2}\r\n"
                + "{\"data\":3,\"topic\":\"c\"}");

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    assertThat(answer.json().getJsonArray("events")).hasSize(3);
    assertThat(subscriber.readEvent("a")).isEqualTo("😀");
    assertThat(subscriber.readEvent("b")).isEqualTo(2);
    assertThat(subscriber.readEvent("c")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"topic\":\"b..ad\",\"data\":1}|topic_invalid",
        "{\"data\":1}|bad_request",
        "{\"topic\":\"t\"}|bad_request",
        "{\"topic\":\"t\",\"data\":1,\"eventId\":7}|bad_request",
        "[]|bad_request",
        "7|bad_request",
      })
  void oneWrongEventRefusesAllOfTheBatch(String wrongAndCode) {
    String wrong = wrongAndCode.substring(0, wrongAndCode.indexOf('|'));
    String code = wrongAndCode.substring(wrongAndCode.indexOf('|') + 1);
    RawWebSocket subscriber = server.webSocket().subscribe(">");
    String good = "{\"topic\":\"t\",\"data\":\"good\"}";

    post("application/json", "[" + good + "," + wrong + "]").problem(400, code);
    JsonObject problem = post("application/x-ndjson", good + "\n" + wrong).problem(400, code);

    assertThat(problem.getString("detail")).startsWith("events[1]: ");
    server.webSocket().publish("t", "\"after\"");
    assertThat(subscriber.readEvent("t")).isEqualTo("after");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"topic\":\"t\",\"data\":1}", "[1", "null", "\"x\""})
  void aJsonBatchIsAnArrayOfSome(String body) {
    post("application/json", body).problem(400, "bad_request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "{", "{\"topic\":\"t\",\n\"data\":1}"})
  void aLineIsAWholeEvent(String body) {
    post("application/x-ndjson", body).problem(400, "bad_request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/octet-stream",
        "application/xml",
        "multipart/form-data"
      })
  void anotherTypeIsRefused(String type) {
    post(type, "[]").problem(415, "bad_request");
  }

  @Test
  void aBatchEndsAtItsLimit() {
    server.set("limits.batchEvents=3");
    String event = "{\"topic\":\"t\",\"data\":1}";

    assertThat(post("application/json", "[" + event + ("," + event).repeat(2) + "]").status())
        .isEqualTo(202);
    post("application/json", "[" + event + ("," + event).repeat(3) + "]")
        .problem(413, "limit_exceeded");
    post("application/x-ndjson", (event + "\n").repeat(4)).problem(413, "limit_exceeded");
    post(
            "application/cloudevents-batch+json",
            "["
                + "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"},".repeat(3)
                + "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"}]")
        .problem(413, "limit_exceeded");
  }

  private HttpAnswer post(String type, String body) {
    return server.http().post("/v1/events", type, body);
  }
}
