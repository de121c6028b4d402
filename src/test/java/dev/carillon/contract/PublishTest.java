package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing over a WebSocket, and what subscribers get of it. */
final class PublishTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void publishedNamesTheEvent() {
    RawWebSocket client = server.webSocket();

    JsonObject own =
        client.call(
            "{\"type\":\"publish\",\"id\":3,\"topic\":\"t\",\"data\":{},\"eventId\":\"mine-1\"}");
    JsonObject made = client.call("{\"type\":\"publish\",\"id\":4,\"topic\":\"t\",\"data\":{}}");

    assertThat(own.encode()).isEqualTo("{\"type\":\"published\",\"id\":3,\"eventId\":\"mine-1\"}");
    assertThat(made.fieldNames()).containsExactly("type", "id", "eventId");
    assertThat(made.getString("eventId")).hasSizeBetween(1, 64);
  }

  @Test
  void anEventHoldsItsTopicIdTimeKeyAndData() {
    RawWebSocket subscriber = server.webSocket().subscribe("orders.>");
    Instant before = Instant.now();

    server
        .webSocket()
        .call(
            "{\"type\":\"publish\",\"id\":1,\"topic\":\"orders.created\",\"eventId\":\"e-1\","
                + "\"key\":\"o-17\",\"data\":{\"n\":1}}");

    JsonObject event = subscriber.read("event");
    assertThat(event.fieldNames()).containsExactly("type", "topic", "id", "time", "key", "data");
    assertThat(event.getString("topic")).isEqualTo("orders.created");
    assertThat(event.getString("id")).isEqualTo("e-1");
    assertThat(event.getString("key")).isEqualTo("o-17");
    assertThat(event.getString("time"))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(Instant.parse(event.getString("time")))
        .isBetween(before.minus(Duration.ofMillis(1)), Instant.now());
    assertThat(event.getJsonObject("data")).isEqualTo(new JsonObject().put("n", 1));
  }

  @Test
  void theAnswerAndTheEventHaveTheSameId() {
    RawWebSocket client = server.webSocket().subscribe("t");

    String eventId = client.publish("t", "1");

    assertThat(client.read("event").getString("id")).isEqualTo(eventId);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "-0.50e+3",
        "12345678901234567890123456789",
        "\"text\"",
        "\"\\u00e4\\/\\\"\"",
        "null",
        "true",
        "[]",
        "{}",
        "\"😀\"",
        "\"！\"",
        "[ 1 , {\"a\" : [null, 1.0]} ]",
        "{\"data\":{\"topic\":3}}",
        "\"\\ud800\"",
        "\"\u2028\""
      })
  void dataComesByteForByteAsItWasPublished(String data) {
    RawWebSocket subscriber = server.webSocket().subscribe("t");

    RawWebSocket publisher = server.webSocket();
    publisher.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":  " + data + "  }");
    publisher.send("{ \"data\":" + data + ",\"topic\":\"t\",\"type\":\"publish\"}");

    assertThat(subscriber.readText()).endsWith(",\"data\":" + data + "}");
    assertThat(subscriber.readText()).endsWith(",\"data\":" + data + "}");
  }

  @Test
  void lineBreaksInDataBecomeSpacesSoThatAFrameIsALine() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");

    server.webSocket().send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":{\r\n\"a\":\n1}}");

    assertThat(subscriber.readText()).endsWith(",\"data\":{  \"a\": 1}}");
  }

  @Test
  void bytesTravelAsBase64() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");

    server.webSocket().send("{\"type\":\"publish\",\"topic\":\"t\",\"dataBase64\":\"AP/+\"}");

    JsonObject event = subscriber.read("event");
    assertThat(event.getString("dataBase64")).isEqualTo("AP/+");
    assertThat(event.containsKey("data")).isFalse();
  }

  @Test
  void aPublishWithoutIdIsNotAnswered() {
    RawWebSocket client = server.webSocket().subscribe("t");

    client.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":1}");

    assertThat(client.readEvent("t")).isEqualTo(1);
    assertThat(client.call("{\"type\":\"ping\",\"id\":1}").getString("type")).isEqualTo("pong");
  }

  @Test
  void aBatchIsAnsweredAndDeliveredInItsOrder() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");

    JsonObject answer =
        server
            .webSocket()
            .call(
                "{\"type\":\"publish\",\"id\":4,\"events\":["
                    + "{\"topic\":\"b\",\"data\":1,\"eventId\":\"one\"},"
                    + "{\"topic\":\"a\",\"data\":2,\"key\":\"k\"},"
                    + "{\"topic\":\"b\",\"dataBase64\":\"AA==\",\"eventId\":\"three\"}]}");

    assertThat(answer.getString("type")).isEqualTo("published");
    JsonArray events = answer.getJsonArray("events");
    assertThat(events).hasSize(3);
    assertThat(events.getJsonObject(0).encode()).isEqualTo("{\"eventId\":\"one\"}");
    assertThat(events.getJsonObject(2).getString("eventId")).isEqualTo("three");
    for (int i = 0; i < 3; i++) {
      assertThat(subscriber.read("event").getString("id"))
          .isEqualTo(events.getJsonObject(i).getString("eventId"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"topic\":\"b..ad\",\"data\":1}|topic_invalid",
        "{\"topic\":\"a.*\",\"data\":1}|topic_invalid",
        "{\"data\":1}|bad_request",
        "{\"topic\":\"t\"}|bad_request",
        "{\"topic\":\"t\",\"data\":1,\"dataBase64\":\"AA==\"}|bad_request",
        "{\"topic\":\"t\",\"dataBase64\":\"*\"}|bad_request",
        "{\"topic\":\"t\",\"data\":1,\"key\":7}|bad_request",
        "{\"topic\":\"t\",\"data\":1,\"eventId\":\"\"}|bad_request",
        "{\"topic\":\"t\",\"data\":1,\"eventId\":[]}|bad_request",
        "{\"topic\":7,\"data\":1}|bad_request",
        "7|bad_request",
      })
  void oneWrongEventRefusesAllOfTheBatch(String wrongAndCode) {
    String wrong = wrongAndCode.substring(0, wrongAndCode.indexOf('|'));
    String code = wrongAndCode.substring(wrongAndCode.indexOf('|') + 1);
    RawWebSocket client = server.webSocket().subscribe(">");

    JsonObject answer =
        client.call(
            "{\"type\":\"publish\",\"id\":1,\"events\":[{\"topic\":\"t\",\"data\":\"good\"},"
                + wrong
                + "]}");

    assertThat(answer.getString("code")).as(answer.encode()).isEqualTo(code);
    assertThat(answer.getInteger("id")).isEqualTo(1);
    if (!wrong.equals("7")) {
      assertThat(answer.getString("message")).startsWith("events[1]: ");
    }
    // Nothing of the batch was published: the next event is the first.
    client.publish("t", "\"after\"");
    assertThat(client.readEvent("t")).isEqualTo("after");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{}", "7", "null", "\"x\""})
  void eventsMustBeAnArrayOfSome(String events) {
    assertThat(
            server
                .webSocket()
                .call("{\"type\":\"publish\",\"id\":1,\"events\":" + events + "}")
                .getString("code"))
        .isEqualTo("bad_request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"key\":\"\\ud800\"", "\"eventId\":\"\\udc00x\"", "\"key\":\"a\\ud83d\""})
  void halfACharacterIsNoText(String field) {
    RawWebSocket client = server.webSocket();

    JsonObject answer =
        client.call("{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"data\":1," + field + "}");

    assertThat(answer.getString("code")).isEqualTo("bad_request");
    client.publish("t", "1");
  }

  @Test
  void idsAndKeysEndAtTheirLengths() {
    RawWebSocket client = server.webSocket();
    String event = "{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"data\":1,";

    assertThat(client.call(event + "\"eventId\":\"" + "x".repeat(64) + "\"}").getString("type"))
        .isEqualTo("published");
    assertThat(client.call(event + "\"eventId\":\"" + "x".repeat(65) + "\"}").getString("code"))
        .isEqualTo("bad_request");
    assertThat(client.call(event + "\"key\":\"" + "x".repeat(255) + "\"}").getString("type"))
        .isEqualTo("published");
    assertThat(client.call(event + "\"key\":\"" + "x".repeat(256) + "\"}").getString("code"))
        .isEqualTo("bad_request");
  }

  @Test
  void aConnectionsEventsComeInTheirOrderToEverySubscriber() {
    RawWebSocket one = server.webSocket().subscribe("t.a");
    RawWebSocket two = server.webSocket().subscribe("t.>");
    RawWebSocket publisher = server.webSocket();

    for (int i = 0; i < 200; i++) {
      publisher.send("{\"type\":\"publish\",\"topic\":\"t.a\",\"data\":" + i + "}");
    }

    for (RawWebSocket subscriber : new RawWebSocket[] {one, two}) {
      assertThat(IntStream.range(0, 200).map(i -> (int) subscriber.readEvent("t.a")))
          .isEqualTo(IntStream.range(0, 200).boxed().toList());
    }
  }

  @Test
  void allSubscribersSeeATopicsEventsInOneOrder() {
    RawWebSocket[] subscribers = new RawWebSocket[4];
    for (int i = 0; i < subscribers.length; i++) {
      subscribers[i] = server.webSocket().subscribe("t");
    }
    RawWebSocket one = server.webSocket();
    RawWebSocket two = server.webSocket();

    for (int i = 0; i < 100; i++) {
      one.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":\"one" + i + "\"}");
      two.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":\"two" + i + "\"}");
    }

    for (int i = 0; i < 200; i++) {
      String first = subscribers[0].readText();
      for (RawWebSocket other : subscribers) {
        if (other != subscribers[0]) {
          assertThat(other.readText()).isEqualTo(first);
        }
      }
    }
  }

  @Test
  void theBytesAreTheSameForEverySubscriberAndDoor() {
    RawWebSocket one = server.webSocket().subscribe("t");
    RawWebSocket two = server.webSocket().subscribe(">");
    RawEventStream stream = server.eventStream("?topic=*");

    server
        .webSocket()
        .send("{\"type\":\"publish\",\"topic\":\"t\",\"key\":\"ä\",\"data\":{\"a\": \"😀\"}}");

    String frame = one.readText();
    assertThat(two.readText()).isEqualTo(frame);
    assertThat(stream.read().data()).isEqualTo(frame);
  }

  @Test
  void whatNobodyAskedForIsPublishedAllTheSame() {
    assertThat(server.webSocket().publish("nobody.listens", "1")).isNotBlank();
  }
}
