package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same {@code eventId} on the same topic is delivered once within the window. */
final class DeduplicationTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void aRepeatIsAnsweredLikeTheFirstAndNotDelivered() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    RawWebSocket one = server.webSocket();
    RawWebSocket two = server.webSocket();

    for (RawWebSocket publisher : List.of(one, one, two)) {
      assertThat(publish(publisher, "t", "e1", "1", "").encode())
          .isEqualTo("{\"type\":\"published\",\"id\":1,\"eventId\":\"e1\"}");
    }
    one.publish("t", "\"next\"");

    assertThat(subscriber.readEvent("t")).isEqualTo(1);
    assertThat(subscriber.readEvent("t")).isEqualTo("next");
  }

  @Test
  void aRepeatIsKnownAtEveryDoor() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    RawHttp http = server.http();

    publish(server.webSocket(), "t", "e1", "{\"a\":1}", ",\"key\":\"k\"");
    assertThat(
            http.post(
                    "/v1/topics/t/events",
                    "application/json",
                    "{\"a\":1}",
                    "Event-Id: e1",
                    "Event-Key: k")
                .body())
        .isEqualTo("{\"eventId\":\"e1\"}");
    assertThat(
            http.post(
                    "/v1/events",
                    "application/x-ndjson",
                    "{\"topic\":\"t\",\"key\":\"k\",\"eventId\":\"e1\",\"data\":{\"a\":1}}")
                .body())
        .isEqualTo("{\"events\":[{\"eventId\":\"e1\"}]}");
    assertThat(
            http.post(
                    "/v1/events",
                    "application/cloudevents+json",
                    "{\"specversion\":\"1.0\",\"id\":\"e1\",\"type\":\"t\",\"subject\":\"k\","
                        + "\"data\":{\"a\":1}}")
                .body())
        .isEqualTo("{\"events\":[{\"eventId\":\"e1\"}]}");
    server.webSocket().publish("t", "\"next\"");

    subscriber.read("event");
    assertThat(subscriber.readEvent("t")).isEqualTo("next");
  }

  @Test
  void aRepeatWithinABatchIsDeliveredOnce() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    String event = "{\"topic\":\"t\",\"data\":1,\"eventId\":\"e1\"}";

    JsonObject answer =
        server
            .webSocket()
            .call("{\"type\":\"publish\",\"id\":1,\"events\":[" + event + "," + event + "]}");
    server.webSocket().publish("t", "2");

    assertThat(answer.getJsonArray("events").encode())
        .isEqualTo("[{\"eventId\":\"e1\"},{\"eventId\":\"e1\"}]");
    assertThat(subscriber.readEvent("t")).isEqualTo(1);
    assertThat(subscriber.readEvent("t")).isEqualTo(2);
  }

  @Test
  void theSameIdWithOtherContentIsAConflict() {
    RawWebSocket subscriber = server.webSocket().subscribe(">");
    publish(server.webSocket(), "t", "e1", "1", ",\"key\":\"k\"");

    RawWebSocket client = server.webSocket();
    assertConflict(publish(client, "t", "e1", "2", ",\"key\":\"k\""));
    assertConflict(publish(client, "t", "e1", "1", ""));
    assertConflict(publish(client, "t", "e1", "1", ",\"key\":\"other\""));
    JsonObject problem =
        server
            .http()
            .post("/v1/topics/t/events", "application/json", "2", "Event-Id: e1")
            .problem(409, "duplicate_conflict");
    assertThat(problem.getBoolean("retryable")).isFalse();

    // On another topic the id is another one.
    publish(client, "u", "e1", "2", "");
    subscriber.readEvent("t");
    subscriber.readEvent("u");
  }

  @Test
  void aConflictRefusesAllOfTheBatch() {
    RawWebSocket client = server.webSocket().subscribe("t");
    publish(client, "t", "e1", "1", "");
    client.readEvent("t");

    assertConflict(
        client.call(
            "{\"type\":\"publish\",\"id\":1,\"events\":[{\"topic\":\"t\",\"data\":9},"
                + "{\"topic\":\"t\",\"data\":2,\"eventId\":\"e1\"}]}"));
    assertConflict(
        client.call(
            "{\"type\":\"publish\",\"id\":1,\"events\":["
                + "{\"topic\":\"t\",\"data\":7,\"eventId\":\"e2\"},"
                + "{\"topic\":\"t\",\"data\":8,\"eventId\":\"e2\"}]}"));

    // What a refused batch held is not remembered.
    publish(client, "t", "e2", "\"again\"", "");
    assertThat(client.readEvent("t")).isEqualTo("again");
  }

  @Test
  void publishersThatRaceWithOneIdDeliverOneEvent() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    List<RawWebSocket> publishers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      publishers.add(server.webSocket());
    }

    for (int round = 0; round < 25; round++) {
      String command =
          "{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"eventId\":\"e"
              + round
              + "\",\"data\":"
              + round
              + "}";
      publishers.forEach(publisher -> publisher.send(command));
      publishers.forEach(publisher -> publisher.read("published"));
    }

    // Which gateway was first differs, and so may the order of rounds that raced through two of
    // them.
    Set<Object> delivered = new HashSet<>();
    for (int round = 0; round < 25; round++) {
      assertThat(delivered.add(subscriber.readEvent("t"))).isTrue();
    }
    assertThat(delivered).hasSize(25);
    publishers.get(0).publish("t", "\"end\"");
    assertThat(subscriber.readEvent("t")).isEqualTo("end");
  }

  @Test
  void ofTwoContentsThatRaceWithOneIdExactlyOneIsPublished() {
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    RawWebSocket one = server.webSocket();
    RawWebSocket two = server.webSocket();

    for (int round = 0; round < 200; round++) {
      String command = "{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"eventId\":\"e" + round;
      one.send(command + "\",\"data\":1}");
      two.send(command + "\",\"data\":2}");
      String first = one.read().getString("type");
      String second = two.read().getString("type");

      assertThat(List.of(first, second)).containsExactlyInAnyOrder("published", "error");
      assertThat(subscriber.readEvent("t")).isEqualTo(first.equals("published") ? 1 : 2);
    }
  }

  @Test
  void withoutAWindowEveryPublishIsNew() {
    server.set("publish.dedupeWindow=0s");
    RawWebSocket client = server.webSocket().subscribe("t");

    publish(client, "t", "e1", "1", "");
    publish(client, "t", "e1", "2", "");

    assertThat(client.readEvent("t")).isEqualTo(1);
    assertThat(client.readEvent("t")).isEqualTo(2);
  }

  @Test
  void afterTheWindowAnIdMayComeAgain() {
    server.set("publish.dedupeWindow=200ms");
    RawWebSocket client = server.webSocket().subscribe("t");

    publish(client, "t", "e1", "1", "");
    org.awaitility.Awaitility.await()
        .until(() -> publish(client, "t", "e1", "2", "").getString("type").equals("published"));

    assertThat(client.readEvent("t")).isEqualTo(1);
    assertThat(client.readEvent("t")).isEqualTo(2);
  }

  private static JsonObject publish(
      RawWebSocket client, String topic, String eventId, String data, String more) {
    return client.call(
        "{\"type\":\"publish\",\"id\":1,\"topic\":\""
            + topic
            + "\",\"eventId\":\""
            + eventId
            + "\",\"data\":"
            + data
            + more
            + "}");
  }

  private static void assertConflict(JsonObject answer) {
    assertThat(answer.getString("code")).as(answer.encode()).isEqualTo("duplicate_conflict");
    assertThat(answer.getBoolean("retryable")).isFalse();
  }
}
