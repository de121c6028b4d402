package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.hub.Ledger;
import dev.carillon.testing.Bystander;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Gaps stand exactly where events are missing, and count all of them. */
final class GapTest {
  private static final int EVENTS = 90;
  private static final int BYTES = 8 * 1024;

  @RegisterExtension
  final TestServer server = new TestServer("queue.events=4", "http.sendBufferBytes=4096");

  @Test
  void dropNewestAnnouncesAheadOfTheNextEventWhatIsMissing() {
    RawWebSocket slow = server.slowWebSocket().subscribe("t");
    RawWebSocket publisher = server.webSocket();
    Feed.publish(publisher, "t", 0, EVENTS, BYTES);

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);
    Feed.publish(publisher, "t", EVENTS, 3, 1);

    assertThat(feed.lostByReason).containsOnlyKeys("queue_full");
    int next = 0;
    for (JsonObject frame : feed.frames) {
      if (frame.getString("type").equals("gap")) {
        next += frame.getInteger("count");
      } else {
        assertThat(Feed.number(frame)).isEqualTo(next++);
      }
    }
    assertThat(next).isEqualTo(EVENTS);
    // The queue has room again.
    Feed after = Feed.read(slow::read, 3);
    assertThat(after.numbers.get("t")).containsExactly(EVENTS, EVENTS + 1, EVENTS + 2);
  }

  @Test
  void dropOldestKeepsTheNewestAndAnnouncesTheRest() {
    server.set("queue.overflow=drop-oldest");
    RawWebSocket slow = server.slowWebSocket().subscribe("t");
    Feed.publish(server.webSocket(), "t", 0, EVENTS, BYTES);

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);

    assertThat(feed.lostByReason).containsOnlyKeys("queue_full");
    int next = 0;
    for (JsonObject frame : feed.frames) {
      if (frame.getString("type").equals("gap")) {
        next += frame.getInteger("count");
      } else {
        assertThat(Feed.number(frame)).isEqualTo(next++);
      }
    }
    // Four wait at the end, whatever the socket had taken before.
    assertThat(feed.frames.get(feed.frames.size() - 5).getString("type")).isEqualTo("gap");
    assertThat(Feed.number(feed.frames.get(feed.frames.size() - 1))).isEqualTo(EVENTS - 1);
  }

  @Test
  void conflateKeepsTheNewestOfEachKeyAndAnnouncesWhatItReplaced() {
    server.set("queue.overflow=conflate");
    RawWebSocket slow = server.slowWebSocket().subscribe("t");
    RawWebSocket publisher = server.webSocket();
    String filling = " " + "x".repeat(BYTES) + "\"";
    for (int i = 0; i < EVENTS; i++) {
      publisher.call(
          "{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"key\":\"k"
              + i % 3
              + "\",\"data\":\""
              + i
              + filling
              + "}");
    }

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);

    assertThat(feed.lostByReason).containsKey("conflated");
    // The newest of each of the three keys is there.
    assertThat(feed.numbers.get("t")).contains(EVENTS - 3, EVENTS - 2, EVENTS - 1);
    assertThat(feed.numbers.get("t")).doesNotHaveDuplicates();
  }

  @Test
  void everyTopicHasItsOwnGap() {
    RawWebSocket slow = server.slowWebSocket().subscribe("a.>");
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < EVENTS; i++) {
      Feed.publish(publisher, "a." + i % 3, i / 3, 1, BYTES);
    }

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);

    int[] next = new int[3];
    for (JsonObject frame : feed.frames) {
      int topic = Integer.parseInt(frame.getString("topic").substring(2));
      if (frame.getString("type").equals("gap")) {
        next[topic] += frame.getInteger("count");
      } else {
        assertThat(Feed.number(frame)).isEqualTo(next[topic]++);
      }
    }
    assertThat(next).containsExactly(EVENTS / 3, EVENTS / 3, EVENTS / 3);
  }

  @Test
  void lossesOfTooManyTopicsAreAnnouncedTogether() {
    server.set("queue.gapTopics=2");
    RawWebSocket slow = server.slowWebSocket().subscribe(">");
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < EVENTS; i++) {
      Feed.publish(publisher, "t" + i, 0, 1, BYTES);
    }

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);

    assertThat(feed.frames)
        .anyMatch(f -> f.getString("type").equals("gap") && f.getString("topic").equals(">"));
  }

  @Test
  void anEventStreamsGapsAreTheSame() {
    RawEventStream slow = server.eventStreamOver(RawSocket.to(server.port(), 4096), "?topic=t");
    slow.read("welcome");
    slow.read("subscribed");
    Feed.publish(server.webSocket(), "t", 0, EVENTS, BYTES);

    server.awaitMatched(EVENTS);
    Feed feed = Feed.read(() -> slow.read().json(), EVENTS);

    assertThat(feed.lost()).isPositive();
    int next = 0;
    for (JsonObject frame : feed.frames) {
      if (frame.getString("type").equals("gap")) {
        next += frame.getInteger("count");
      } else {
        assertThat(Feed.number(frame)).isEqualTo(next++);
      }
    }
  }

  @Test
  void aNodeThatIsOutOfRoomAnnouncesOverload() {
    server.set("queue.memoryBytes=65536", "queue.events=256", "http.gateways=1");
    RawWebSocket one = server.slowWebSocket().subscribe("t");
    RawWebSocket two = server.slowWebSocket().subscribe("t");
    Feed.publish(server.webSocket(), "t", 0, EVENTS, BYTES);

    server.awaitMatched(2 * EVENTS);
    for (RawWebSocket slow : new RawWebSocket[] {one, two}) {
      Feed feed = Feed.read(slow::read, EVENTS);
      assertThat(feed.lostByReason).containsOnlyKeys("overload");
    }
  }

  @Test
  void publishedIsSentQueuedAndAnnouncedAtEveryMoment() {
    RawWebSocket slow = server.upgraded(RawSocket.to(server.port(), 4096), "?subscriber=slow");
    slow.read("welcome");
    slow.subscribe("t");
    RawWebSocket publisher = server.webSocket();

    for (int round = 1; round <= 5; round++) {
      Feed.publish(publisher, "t", 0, 60, BYTES);
      int published = 60 * round;
      server.awaitMatched(published);
      Ledger ledger = ledger();
      assertThat(ledger.sent() + ledger.queued() + ledger.lost()).isEqualTo(published);
      assertThat(ledger.queued()).isBetween(0L, 4L);
    }

    Feed feed = Feed.read(slow::read, 5 * 60);
    Ledger ledger = ledger();
    assertThat(ledger.sent()).isEqualTo(feed.events());
    assertThat(ledger.lost()).isEqualTo(feed.lost());
    assertThat(ledger.queued()).isZero();
  }

  @Test
  void aBurstCostsASubscriberThatKeepsUpNothing() {
    server.set("queue.events=256", "http.sendBufferBytes=65536");
    RawWebSocket fast = server.webSocket().subscribe("t");
    RawEventStream stream = server.eventStream("?topic=t");
    StringBuilder batch = new StringBuilder("{\"type\":\"publish\",\"id\":1,\"events\":[");
    for (int i = 0; i < 1000; i++) {
      batch.append(i == 0 ? "" : ",").append("{\"topic\":\"t\",\"data\":").append(i).append('}');
    }

    server.webSocket().call(batch.append("]}").toString());

    for (int i = 0; i < 1000; i++) {
      assertThat(fast.readEvent("t")).isEqualTo(i);
      assertThat(stream.read("event").getInteger("data")).isEqualTo(i);
    }
  }

  @Test
  void aSlowSubscriberSlowsNobody() {
    server.set("http.sendBufferBytes=65536");
    RawWebSocket slow = server.slowWebSocket().subscribe("t", "bystander.>");
    Bystander bystander = server.bystander();
    RawWebSocket publisher = server.webSocket();

    for (int i = 0; i < 20; i++) {
      Feed.publish(publisher, "t", i, 1, 60_000);
      bystander.isServed();
    }
    slow.socket().close();
    bystander.isServed();
  }

  private Ledger ledger() {
    return server.ledgerOf("slow").orElseThrow();
  }
}
