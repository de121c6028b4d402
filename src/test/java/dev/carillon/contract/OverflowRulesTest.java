package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules for topics: the first that matches says what happens to an event that finds no room. */
final class OverflowRulesTest {
  private static final int EVENTS = 60;
  private static final int BYTES = 8 * 1024;

  @RegisterExtension
  final TestServer server = new TestServer("queue.events=8", "http.sendBufferBytes=4096");

  @Test
  void theFirstRuleThatMatchesHolds() {
    server.set(
        "topics=[{\"match\":\"ticker.raw\"},{\"match\":\"ticker.*\",\"overflow\":\"conflate\"},"
            + "{\"match\":\">\",\"overflow\":\"drop-oldest\"}]");
    RawWebSocket publisher = server.webSocket();

    assertThat(lossesOf("ticker.eur", publisher).lostByReason).containsKey("conflated");
    Feed raw = lossesOf("ticker.raw", publisher);
    assertThat(raw.lostByReason).containsOnlyKeys("queue_full");
    assertThat(last(raw)).as("drop-newest").isLessThan(EVENTS - 1);
    Feed other = lossesOf("other", publisher);
    assertThat(other.lostByReason).containsOnlyKeys("queue_full");
    assertThat(last(other)).as("drop-oldest").isEqualTo(EVENTS - 1);
  }

  @Test
  void withoutAMatchingRuleTheQueuesOwnOverflowHolds() {
    server.set(
        "topics=[{\"match\":\"a.>\",\"overflow\":\"conflate\"}]", "queue.overflow=drop-oldest");

    assertThat(last(lossesOf("b", server.webSocket()))).isEqualTo(EVENTS - 1);
  }

  @Test
  void aHotTopicTakesItsShareAndNoMore() {
    server.set("topics=[{\"match\":\"hot\",\"queue\":{\"events\":2}}]");
    RawWebSocket slow = server.slowWebSocket().subscribe("hot", "quiet");
    RawWebSocket publisher = server.webSocket();
    Feed.publish(publisher, "hot", 0, EVENTS, BYTES);
    Feed.publish(publisher, "quiet", 0, 6, 1);

    server.awaitMatched(EVENTS + 6);
    Feed feed = Feed.read(slow::read, EVENTS + 6);

    assertThat(feed.numbers.get("quiet")).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(feed.lostByReason).containsOnlyKeys("queue_full");
    assertThat(feed.lost()).isEqualTo(EVENTS - feed.numbers.getOrDefault("hot", List.of()).size());
  }

  @Test
  void aBurstBeyondATopicsShareCostsASubscriberThatKeepsUpNothing() {
    server.set(
        "http.sendBufferBytes=65536", "topics=[{\"match\":\"hot\",\"queue\":{\"events\":2}}]");
    RawWebSocket fast = server.webSocket().subscribe("hot");
    String event = "{\"topic\":\"hot\",\"data\":1}";

    server
        .webSocket()
        .call(
            "{\"type\":\"publish\",\"id\":1,\"events\":["
                + (event + ",").repeat(49)
                + event
                + "]}");

    for (int i = 0; i < 50; i++) {
      fast.readEvent("hot");
    }
  }

  @Test
  void disconnectClosesWith4313() {
    server.set("topics=[{\"match\":\"strict.>\",\"overflow\":\"disconnect\"}]");
    RawWebSocket slow = server.slowWebSocket().subscribe("strict.a");
    RawWebSocket other = server.webSocket().subscribe("strict.b");
    RawWebSocket publisher = server.webSocket();
    Feed.publish(publisher, "strict.a", 0, EVENTS, BYTES);

    assertThat(slow.readClose())
        .isEqualTo(new CloseFrame(4313, "too slow for what was subscribed"));
    Feed.publish(publisher, "strict.b", 0, 1, 1);
    assertThat(other.readEvent("strict.b")).isEqualTo("0 x");
  }

  @Test
  void disconnectEndsAnEventStream() {
    server.set("queue.overflow=disconnect");
    RawEventStream slow = server.eventStreamOver(RawSocket.to(server.port(), 4096), "?topic=t");
    Feed.publish(server.webSocket(), "t", 0, EVENTS, BYTES);

    slow.awaitEnd();
  }

  @Test
  void anEventLargerThanTheQueueIsAnnounced() {
    server.set("queue.bytes=1024");
    RawWebSocket subscriber = server.webSocket().subscribe("t");
    RawWebSocket publisher = server.webSocket();
    Feed.publish(publisher, "t", 0, 1, 10);
    Feed.publish(publisher, "t", 1, 1, 5000);
    Feed.publish(publisher, "t", 2, 1, 10);

    Feed feed = Feed.read(subscriber::read, 3);

    assertThat(feed.numbers.get("t")).isEqualTo(List.of(0, 2));
    assertThat(feed.frames.get(1).encode())
        .isEqualTo("{\"type\":\"gap\",\"topic\":\"t\",\"count\":1,\"reason\":\"queue_full\"}");
  }

  private Feed lossesOf(String topic, RawWebSocket publisher) {
    RawWebSocket slow = server.slowWebSocket().subscribe(topic);
    long before = server.books().ledger().matched();
    Feed.publish(publisher, topic, 0, EVENTS, BYTES);
    server.awaitMatched(before + EVENTS);
    Feed feed = Feed.read(slow::read, EVENTS);
    assertThat(feed.lost()).isPositive();
    return feed;
  }

  private static int last(Feed feed) {
    return Feed.number(
        feed.frames.stream()
            .filter(frame -> frame.getString("type").equals("event"))
            .reduce((earlier, later) -> later)
            .orElseThrow());
  }
}
