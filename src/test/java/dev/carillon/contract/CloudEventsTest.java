package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/events} with CloudEvents 1.0: structured, in batches and in binary mode. */
final class CloudEventsTest {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";
  private static final String HEAD =
      "{\"specversion\":\"1.0\",\"id\":\"ce-1\",\"source\":\"/shop\",\"type\":\"orders.created\"";

  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void typeIsTheTopicSubjectTheKeyAndIdTheEventId() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    HttpAnswer answer =
        post(STRUCTURED, HEAD + ",\"subject\":\"o-17\",\"data\":{\"n\": 1},\"other\":[1]}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.body()).isEqualTo("{\"events\":[{\"eventId\":\"ce-1\"}]}");
    JsonObject event = subscriber.read("event");
    assertThat(event.getString("topic")).isEqualTo("orders.created");
    assertThat(event.getString("id")).isEqualTo("ce-1");
    assertThat(event.getString("key")).isEqualTo("o-17");
    assertThat(event.getJsonObject("data").encode()).isEqualTo("{\"n\":1}");
  }

  @Test
  void theExtensionsTopicAndPartitionkeyComeFirst() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    post(
        STRUCTURED + "; charset=utf-8",
        HEAD + ",\"topic\":\"a.b\",\"partitionkey\":\"pk\",\"subject\":\"s\",\"data\":null}");

    JsonObject event = subscriber.read("event");
    assertThat(event.getString("topic")).isEqualTo("a.b");
    assertThat(event.getString("key")).isEqualTo("pk");
    assertThat(event.containsKey("data")).isTrue();
    assertThat(event.getValue("data")).isNull();
  }

  @Test
  void bytesAndNoDataAtAllTravelToo() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    post(STRUCTURED, HEAD + ",\"data_base64\":\"AP8=\"}");
    assertThat(subscriber.read("event").getString("dataBase64")).isEqualTo("AP8=");

    post(STRUCTURED, HEAD.replace("ce-1", "ce-2") + "}");
    assertThat(subscriber.readText()).endsWith(",\"data\":null}");
  }

  @Test
  void aBatchIsAnsweredAndDeliveredInItsOrder() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    HttpAnswer answer =
        post(BATCH, "[" + HEAD + ",\"data\":1}," + HEAD.replace("ce-1", "ce-2") + ",\"data\":2}]");

    assertThat(answer.body())
        .isEqualTo("{\"events\":[{\"eventId\":\"ce-1\"},{\"eventId\":\"ce-2\"}]}");
    assertThat(subscriber.readEvent("orders.created")).isEqualTo(1);
    assertThat(subscriber.readEvent("orders.created")).isEqualTo(2);
  }

  @Test
  void inBinaryModeHeadersHoldTheAttributes() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    HttpAnswer answer =
        server
            .http()
            .post(
                "/v1/events",
                "application/json",
                "{\"n\": 1}",
                "ce-specversion: 1.0",
                "ce-id: ce-1",
                "ce-source: /shop",
                "ce-type: orders.created",
                "ce-subject: Gr%C3%BC%C3%9Fe%20%22o-17%22");

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    JsonObject event = subscriber.read("event");
    assertThat(event.getString("topic")).isEqualTo("orders.created");
    assertThat(event.getString("key")).isEqualTo("Grüße \"o-17\"");
    assertThat(event.getJsonObject("data").encode()).isEqualTo("{\"n\":1}");
  }

  @Test
  void inBinaryModeTheContentTypeSaysHowTheBodyTravels() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    for (String type : new String[] {"text/plain", "application/octet-stream"}) {
      server
          .http()
          .post("/v1/events", type, "abc", "ce-specversion: 1.0", "ce-id: " + type, "ce-type: t");
    }

    assertThat(subscriber.read("event").getString("data")).isEqualTo("abc");
    assertThat(subscriber.read("event").getString("dataBase64")).isEqualTo("YWJj");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "{}",
        "{\"specversion\":\"1.0\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\"}",
        "{\"specversion\":\"0.3\",\"id\":\"1\",\"type\":\"t\"}",
        "{\"specversion\":1.0,\"id\":\"1\",\"type\":\"t\"}",
        "{\"id\":\"1\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\",\"data_base64\":\"*\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\",\"data\":1,\"data_base64\":\"AA==\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"",
      })
  void whatIsNoCloudEventIsRefused(String body) {
    post(STRUCTURED, body).problem(400, "bad_request");
    post(BATCH, "[" + body + "]").problem(400, "bad_request");
  }

  @Test
  void aTypeThatIsNoTopicIsRefused() {
    post(STRUCTURED, HEAD.replace("orders.created", "com.example/orders") + "}")
        .problem(400, "topic_invalid");
  }

  @Test
  void oneWrongEventRefusesAllOfTheBatch() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    JsonObject problem =
        post(BATCH, "[" + HEAD + "}," + HEAD.replace("ce-1", "") + "}]")
            .problem(400, "bad_request");

    assertThat(problem.getString("detail")).startsWith("events[1]: ");
    server.webSocket().publish("t", "\"after\"");
    assertThat(subscriber.readEvent("t")).isEqualTo("after");
  }

  @Test
  void dataIsBoundedInEveryMode() {
    server.set("limits.eventBytes=10");
    String tooLarge = "\"12345678901\"";

    post(STRUCTURED, HEAD + ",\"data\":" + tooLarge + "}").problem(413, "too_large");
    post(BATCH, "[" + HEAD + ",\"data\":" + tooLarge + "}]").problem(413, "too_large");
    server
        .http()
        .post(
            "/v1/events",
            "application/json",
            tooLarge,
            "ce-specversion: 1.0",
            "ce-id: 1",
            "ce-type: t")
        .problem(413, "too_large");
  }

  private HttpAnswer post(String type, String body) {
    return server.http().post("/v1/events", type, body);
  }
}
