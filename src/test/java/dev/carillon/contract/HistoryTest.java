package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Histories as clients see them, over every door, with the store in a real file. */
final class HistoryTest {
  private static final int BYTES = 8 * 1024;

  @RegisterExtension final TestServer server = new TestServer("http.sendBufferBytes=4096");
  @TempDir private Path directory;

  @BeforeEach
  void keepHistories() {
    server.set(
        "store.path=" + directory.resolve("c.db"),
        "queue.events=64",
        "topics=[{\"match\":\"few.*\",\"history\":{\"events\":5}},"
            + "{\"match\":\"chat.>\",\"history\":{\"events\":100000},\"overflow\":\"catch-up\"},"
            + "{\"match\":\"kept.>\",\"history\":{\"events\":100000}}]");
  }

  private static JsonObject publish(RawWebSocket publisher, String topic, Object data) {
    return publisher.call(
        new JsonObject()
            .put("type", "publish")
            .put("id", 1)
            .put("topic", topic)
            .put("data", data)
            .encode());
  }

  private static void fill(RawWebSocket publisher, String topic, int from, int to) {
    for (int i = from; i <= to; i++) {
      assertThat(publish(publisher, topic, i).getLong("offset")).isEqualTo(i);
    }
  }

  private static JsonObject subscribe(RawWebSocket socket, String topic, Object from) {
    return socket.call(
        new JsonObject()
            .put("type", "subscribe")
            .put("id", 1)
            .put("topics", new JsonArray().add(topic))
            .put("from", new JsonObject().put(topic, from))
            .encode());
  }

  private static JsonObject position(String epoch, long offset) {
    return new JsonObject().put("epoch", epoch).put("offset", offset);
  }

  private static void assertReads(RawWebSocket socket, String topic, long from, long to) {
    for (long offset = from; offset <= to; offset++) {
      JsonObject event = socket.read("event");
      assertThat(event.getString("topic")).isEqualTo(topic);
      assertThat(event.getLong("offset")).isEqualTo(offset);
    }
  }

  private static HttpAnswer get(TestServer server, String path) {
    return server.http().get(path);
  }

  @Test
  void aSubscriberThatKnowsItsPlaceGetsExactlyWhatItMissedAndThenLiveEvents() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "chat.a", 1, 10);
    String epoch = publish(publisher, "chat.a", 11).getString("epoch");
    RawWebSocket back = server.webSocket();
    JsonObject subscribed = subscribe(back, "chat.a", position(epoch, 4));
    assertThat(subscribed.getBoolean("recovered")).isTrue();
    JsonObject topic = subscribed.getJsonArray("topics").getJsonObject(0);
    assertThat(topic.getLong("offset")).isEqualTo(11);
    assertThat(topic.getString("epoch")).isEqualTo(epoch);
    publish(publisher, "chat.a", 12);
    assertReads(back, "chat.a", 5, 12);
  }

  @Test
  void nothingIsMissedOrRepeatedWhilePublishersPourIn() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "chat.a", 1, 200);
    String filling = "x".repeat(500);
    List<RawWebSocket> subscribers = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      publisher.send("{\"type\":\"publish\",\"topic\":\"chat.a\",\"data\":\"" + filling + "\"}");
      if (i % 60 == 0) {
        RawWebSocket subscriber = server.webSocket();
        subscriber.send(
            "{\"type\":\"subscribe\",\"topics\":[\"chat.a\"],\"from\":{\"chat.a\":\"earliest\"}}");
        subscribers.add(subscriber);
      }
    }
    for (RawWebSocket subscriber : subscribers) {
      assertReads(subscriber, "chat.a", 1, 800);
    }
  }

  @Test
  void theEarliestAndTheLastFewAreToBeHad() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "few.a", 1, 12);
    RawWebSocket earliest = server.webSocket();
    assertThat(subscribe(earliest, "few.a", "earliest").getBoolean("recovered")).isTrue();
    assertReads(earliest, "few.a", 8, 12);
    RawWebSocket last = server.webSocket();
    subscribe(last, "few.a", new JsonObject().put("last", 2));
    assertReads(last, "few.a", 11, 12);
    RawWebSocket byPattern = server.webSocket();
    subscribe(byPattern, "few.*", new JsonObject().put("last", 1));
    assertReads(byPattern, "few.a", 12, 12);
  }

  @Test
  void whatTheHistoryNoLongerHasIsAnnouncedWithItsRange() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "few.a", 1, 12);
    String epoch = publish(publisher, "few.a", 13).getString("epoch");
    RawWebSocket back = server.webSocket();
    JsonObject subscribed = subscribe(back, "few.a", position(epoch, 2));
    assertThat(subscribed.getBoolean("recovered")).isFalse();
    assertThat(back.read("gap").getMap())
        .isEqualTo(
            Map.of(
                "type",
                "gap",
                "topic",
                "few.a",
                "count",
                6,
                "from",
                3,
                "to",
                8,
                "reason",
                "history_lost"));
    assertReads(back, "few.a", 9, 13);
  }

  @Test
  void anotherEpochIsSaidAndEverythingThatIsLeftFollows() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "few.a", 1, 3);
    RawWebSocket back = server.webSocket();
    JsonObject subscribed = subscribe(back, "few.a", position("another", 2));
    assertThat(subscribed.getBoolean("recovered")).isFalse();
    JsonObject gap = back.read("gap");
    assertThat(gap.getValue("count")).isNull();
    assertThat(gap.getString("reason")).isEqualTo("history_lost");
    assertThat(gap.getString("epoch"))
        .isEqualTo(subscribed.getJsonArray("topics").getJsonObject(0).getString("epoch"));
    assertReads(back, "few.a", 1, 3);
  }

  @Test
  void aSlowSubscriberThatCatchesUpGetsEverythingWhileOthersAreLive() {
    RawWebSocket slow = server.slowWebSocket().subscribe("chat.a");
    RawWebSocket fast = server.webSocket().subscribe("chat.a");
    RawWebSocket publisher = server.webSocket();
    String filling = "x".repeat(BYTES);
    for (int i = 1; i <= 300; i++) {
      publish(publisher, "chat.a", filling);
      assertThat(fast.read("event").getLong("offset")).isEqualTo(i);
    }
    JsonArray subscribers = get(server, "/v1/subscribers").json().getJsonArray("subscribers");
    assertThat(
            subscribers.stream()
                .map(one -> ((JsonObject) one).getInteger("behind"))
                .filter(behind -> behind > 0))
        .as("one reads from the history: %s", subscribers)
        .hasSize(1);
    assertReads(slow, "chat.a", 1, 300);
    publish(publisher, "chat.a", "live again");
    assertReads(slow, "chat.a", 301, 301);
  }

  @Test
  void aGapOnATopicWithHistorySaysWhichOffsetsAreMissing() {
    RawWebSocket slow = server.slowWebSocket().subscribe("kept.a");
    RawWebSocket publisher = server.webSocket();
    String filling = "x".repeat(BYTES);
    for (int i = 1; i <= 200; i++) {
      publish(publisher, "kept.a", filling);
    }
    server.awaitMatched(200);
    long next = 1;
    int gaps = 0;
    while (next <= 200) {
      JsonObject frame = slow.read();
      if (frame.getString("type").equals("event")) {
        assertThat(frame.getLong("offset")).isEqualTo(next++);
      } else {
        gaps++;
        assertThat(frame.getLong("from")).isEqualTo(next);
        assertThat(frame.getLong("to") - next + 1).isEqualTo(frame.getLong("count"));
        next = frame.getLong("to") + 1;
      }
    }
    assertThat(gaps).isPositive();
  }

  @Test
  void anEventStreamGoesOnInAllOfItsHistoriesAfterARestart() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "chat.a", 1, 3);
    RawEventStream stream = server.eventStream("?topic=chat.>&topic=few.a");
    publish(publisher, "chat.a", 4);
    publish(publisher, "few.a", 1);
    assertThat(stream.read("event").getLong("offset")).isEqualTo(4);
    assertThat(stream.read("event").getString("topic")).isEqualTo("few.a");
    String id = stream.awaitId();

    server.restart();
    RawWebSocket later = server.webSocket();
    fill(later, "chat.a", 5, 6);
    publish(later, "chat.new", "first of its topic");
    fill(later, "few.a", 2, 9);

    RawEventStream resumed =
        server.eventStreamOver(
            RawSocket.to(server.port()), "?topic=chat.>&topic=few.a", "Last-Event-ID: " + id);
    resumed.read("welcome");
    assertThat(resumed.read("subscribed").getBoolean("recovered")).isFalse();
    List<String> read = new ArrayList<>();
    while (read.size() < 9) {
      JsonObject frame = resumed.read().json();
      read.add(
          frame.getString("topic")
              + (frame.getString("type").equals("gap")
                  ? " lost " + frame.getLong("from") + "-" + frame.getLong("to")
                  : " " + frame.getLong("offset")));
    }
    assertThat(read)
        .containsExactlyInAnyOrder(
            "chat.a 5",
            "chat.a 6",
            "chat.new 1",
            "few.a lost 2-4",
            "few.a 5",
            "few.a 6",
            "few.a 7",
            "few.a 8",
            "few.a 9");
  }

  @Test
  void anEventIdIsStoredOnceOverConnectionsAndRestarts() {
    String publish =
        "{\"type\":\"publish\",\"id\":1,\"topic\":\"chat.a\",\"data\":1,\"eventId\":\"e-1\"}";
    JsonObject first = server.webSocket().call(publish);
    assertThat(server.webSocket().call(publish)).isEqualTo(first);
    server.restart();
    assertThat(server.webSocket().call(publish)).isEqualTo(first);
    assertThat(
            server.webSocket().call(publish.replace("\"data\":1", "\"data\":2")).getString("code"))
        .isEqualTo("duplicate_conflict");
    assertThat(get(server, "/v1/topics/chat.a/events").json().getJsonArray("events")).hasSize(1);
  }

  @Test
  void aBatchOfTopicsWithAndWithoutHistoryIsPublishedTogether() {
    RawWebSocket subscriber = server.webSocket().subscribe("chat.a", "plain");
    RawWebSocket publisher = server.webSocket();
    JsonObject answer =
        publisher.call(
            "{\"type\":\"publish\",\"id\":1,\"events\":[{\"topic\":\"plain\",\"data\":1},"
                + "{\"topic\":\"chat.a\",\"data\":2},{\"topic\":\"plain\",\"data\":3}]}");
    JsonArray events = answer.getJsonArray("events");
    assertThat(events.getJsonObject(0).containsKey("offset")).isFalse();
    assertThat(events.getJsonObject(1).getLong("offset")).isEqualTo(1);
    publisher.publish("plain", "4");
    List<Object> plain = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      JsonObject event = subscriber.read("event");
      if (event.getString("topic").equals("plain")) {
        plain.add(event.getValue("data"));
      }
    }
    assertThat(plain).containsExactly(1, 3, 4);
  }

  @Test
  void aPurgeIsToldToThoseWhoListen() {
    RawWebSocket publisher = server.webSocket();
    fill(publisher, "chat.a", 1, 3);
    RawWebSocket listener = server.webSocket();
    subscribe(listener, "chat.a", "earliest");
    assertReads(listener, "chat.a", 1, 3);
    HttpAnswer purged = server.http().call("DELETE", "/v1/topics/chat.a/events");
    assertThat(purged.status()).isEqualTo(200);
    JsonObject again = publish(publisher, "chat.a", "new");
    assertThat(again.getLong("offset")).isEqualTo(1);
    assertThat(listener.read("gap").getString("epoch")).isEqualTo(again.getString("epoch"));
    assertReads(listener, "chat.a", 1, 1);
  }

  @Test
  void historyIsReadByPages() {
    fill(server.webSocket(), "chat.a", 1, 5);
    JsonObject page = get(server, "/v1/topics/chat.a/events?after=1&limit=2").json();
    assertThat(page.getLong("first")).isEqualTo(1);
    assertThat(page.getLong("last")).isEqualTo(5);
    assertThat(
            page.getJsonArray("events").stream().map(one -> ((JsonObject) one).getLong("offset")))
        .containsExactly(2L, 3L);
  }

  @Test
  void aPlaceThatIsNoneIsRefusedByName() {
    RawWebSocket socket = server.webSocket();
    assertThat(subscribe(socket, "chat.a", "first").getString("message")).contains("earliest");
    assertThat(
            socket
                .call(
                    "{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"chat.a\"],"
                        + "\"from\":{\"chat.b\":\"earliest\"}}")
                .getString("message"))
        .contains("chat.b");
    // And it is not subscribed.
    assertThat(socket.subscribe("chat.a")).isNotNull();
  }

  @Test
  void whatIsDroppedBecomesADeadLetterThatComesBack() {
    RawWebSocket slow = server.slowWebSocket().subscribe("plain", "kept.a");
    RawWebSocket publisher = server.webSocket();
    String filling = "x".repeat(BYTES);
    for (int i = 0; i < 150; i++) {
      publish(publisher, "plain", filling);
      publish(publisher, "kept.a", filling);
    }
    server.awaitMatched(300);
    long lost = server.books().ledger().lost();
    assertThat(lost).isPositive();
    JsonObject page = get(server, "/v1/dead-letters?limit=1000").json();
    long counted = 0;
    for (Object one : page.getJsonArray("deadLetters")) {
      JsonObject letter = (JsonObject) one;
      assertThat(letter.getString("reason")).isEqualTo("queue_full");
      counted +=
          letter.containsKey("event") ? 1 : letter.getLong("to") - letter.getLong("from") + 1;
    }
    assertThat(counted).isEqualTo(lost);

    // It reads all that waits; then what it lost is brought back.
    long read = 0;
    while (read < 300 - lost) {
      read += slow.read().getString("type").equals("event") ? 1 : 0;
    }
    String id =
        get(server, "/v1/dead-letters?topic=plain&limit=1")
            .json()
            .getJsonArray("deadLetters")
            .getJsonObject(0)
            .getString("id");
    HttpAnswer answer = server.http().call("POST", "/v1/dead-letters/" + id + "/redeliver");
    assertThat(answer.json().getInteger("redelivered")).isEqualTo(1);
    JsonObject frame = slow.read();
    while (frame.getString("type").equals("gap")) {
      frame = slow.read();
    }
    assertThat(frame.getString("topic")).isEqualTo("plain");
    assertThat(server.http().call("DELETE", "/v1/dead-letters/" + id).status()).isEqualTo(404);
    await()
        .untilAsserted(
            () ->
                assertThat(server.http().call("DELETE", "/v1/dead-letters").status())
                    .isEqualTo(200));
    assertThat(get(server, "/v1/dead-letters").json().getJsonArray("deadLetters")).isEmpty();
  }
}
