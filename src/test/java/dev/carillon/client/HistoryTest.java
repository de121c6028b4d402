package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where a client goes on in histories, in cases that a real server seldom makes. */
class HistoryTest {
  private final ClientFixture fixture = new ClientFixture();
  private Peer peer;

  HistoryTest() throws Exception {
    peer = fixture.connect();
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void everyTopicAskedForByNameIsResumedHoweverManyThereAre() throws Exception {
    List<String> topics = IntStream.range(0, 1000).mapToObj(i -> "t" + i).toList();
    fixture.client().subscribe(topics, fixture.events::add);
    JsonArray told = new JsonArray();
    topics.forEach(topic -> told.add(topic(topic, "one", 7)));
    answer(peer.expect("subscribe"), told);

    JsonObject from = reconnect().getJsonObject("from");

    assertThat(from.fieldNames()).containsExactlyInAnyOrderElementsOf(topics);
    assertThat(from.getJsonObject("t999")).isEqualTo(place("one", 7));
  }

  @Test
  void aPatternGoesOnInWhatItKnowsAndFromTheBeginningInWhatIsNew() throws Exception {
    subscribePattern(true, "a.x", 4);
    event("a.x", 5, "");
    event("a.y", 1, "two");
    event("a.y", 2, "");
    fixture.settle(peer);

    JsonObject from = reconnect().getJsonObject("from");

    assertThat(from)
        .isEqualTo(
            new JsonObject()
                .put("a.x", place("one", 5))
                .put("a.y", place("two", 2))
                .put("a.>", "earliest"));
  }

  @Test
  void whatComesAgainIsNotGivenAgain() throws Exception {
    subscribePattern(true, "a.x", 4);
    for (int offset : new int[] {5, 6, 5, 6, 7}) {
      event("a.x", offset, "");
    }
    fixture.settle(peer);

    assertThat(fixture.events)
        .extracting(event -> event.offset().orElse(0))
        .containsExactly(5L, 6L, 7L);
  }

  @Test
  void whatWasAnnouncedAsLostAndIsBroughtBackIsGivenOnce() throws Exception {
    subscribePattern(true, "a.x", 4);
    event("a.x", 5, "");
    gap("a.x", 6, 9, 4);
    gap("a.x", 10, 14, 2);
    event("a.x", 15, "");
    for (int offset : new int[] {7, 9, 7, 6, 8, 5, 12, 16}) {
      event("a.x", offset, "");
    }
    fixture.settle(peer);

    assertThat(fixture.events)
        .extracting(event -> event.offset().orElse(0))
        .containsExactly(5L, 15L, 7L, 9L, 6L, 8L, 16L);
    assertThat(reconnect().getJsonObject("from").getJsonObject("a.x")).isEqualTo(place("one", 16));
  }

  @Test
  void whatAnotherHistoryLostIsNotTakenForThisOnes() throws Exception {
    subscribePattern(true, "a.x", 4);
    gap("a.x", 5, 6, 2);
    event("a.x", 7, "");
    event("a.x", 9, "two");
    event("a.x", 6, "");
    fixture.settle(peer);

    assertThat(fixture.events)
        .extracting(event -> event.offset().orElse(0))
        .containsExactly(7L, 9L);
  }

  @Test
  void whereHistoriesAreUnknownAReconnectAnnouncesThatSomethingMayBeMissing() throws Exception {
    subscribePattern(false, "a.x", 4);

    JsonObject command = reconnect();
    assertThat(command.getJsonObject("from"))
        .isEqualTo(new JsonObject().put("a.x", place("one", 4)));
    answer(command, new JsonArray().add(pattern(true, "a.x", 4)), true);

    ReceivedGap gap = fixture.take(fixture.gaps);
    assertThat(gap.topic()).isEqualTo("a.>");
    assertThat(gap.count()).isEmpty();
    assertThat(gap.reason()).isEqualTo("history_lost");
    assertThat(new JsonObject(gap.json()).getString("type")).isEqualTo("gap");
    assertThat(fixture.take(fixture.recoveries)).isEqualTo(new Recovery(List.of("a.>"), false));
  }

  @Test
  void onceAllHistoriesAreKnownAgainNothingIsInDoubt() throws Exception {
    subscribePattern(false, "a.x", 4);
    answer(reconnect(), new JsonArray().add(pattern(true, "a.x", 4)), true);
    fixture.take(fixture.recoveries);

    JsonObject command = reconnect();
    assertThat(command.getJsonObject("from").getString("a.>")).isEqualTo("earliest");
    answer(command, new JsonArray().add(pattern(true, "a.x", 4)), true);

    assertThat(fixture.take(fixture.recoveries).recovered()).isTrue();
    assertThat(fixture.gaps).hasSize(1);
  }

  @Test
  void aTopicBeyondTheBoundIsDeliveredAndInDoubt() throws Exception {
    subscribePattern(true, "a.x", 4);
    for (int i = 0; i <= Places.MAX_MATCHED; i++) {
      event("a.n" + i, 1, "e" + i);
    }
    fixture.settle(peer);
    assertThat(fixture.events).hasSize(Places.MAX_MATCHED + 1);

    JsonObject from = reconnect().getJsonObject("from");

    assertThat(from.size()).isBetween(FromPlaces.MAX_PLACES - 1, FromPlaces.MAX_PLACES);
    assertThat(from.containsKey("a.>")).isFalse();
  }

  @Test
  void theNewestEventsAreNotAskedForAnewWhereABreakCameBeforeTheFirst() throws Exception {
    fixture.client().subscribe(List.of("a"), new From.Last(10), fixture.events::add);
    JsonObject command = peer.expect("subscribe");
    assertThat(command.getJsonObject("from"))
        .isEqualTo(new JsonObject().put("a", new JsonObject().put("last", 10)));
    answer(command, new JsonArray().add(topic("a", "one", 100)), true);

    assertThat(reconnect().getJsonObject("from").getJsonObject("a")).isEqualTo(place("one", 90));
  }

  @Test
  void whoWantsEverythingStillDoesWhereABreakCameBeforeTheFirstEvent() throws Exception {
    fixture.client().subscribe(List.of("a"), new From.Earliest(), fixture.events::add);
    answer(peer.expect("subscribe"), new JsonArray().add(topic("a", "one", 100)), true);

    assertThat(reconnect().getJsonObject("from").getString("a")).isEqualTo("earliest");
  }

  @Test
  void anotherEpochBeginsAnew() throws Exception {
    subscribeTopic("a", 41);
    peer.send(
        "{\"type\":\"gap\",\"topic\":\"a\",\"count\":null,\"epoch\":\"two\","
            + "\"reason\":\"history_lost\"}");
    event("a", 1, "two");
    event("a", 2, "");
    fixture.settle(peer);

    assertThat(fixture.events)
        .extracting(event -> event.offset().orElse(0))
        .containsExactly(1L, 2L);
    assertThat(reconnect().getJsonObject("from").getJsonObject("a")).isEqualTo(place("two", 2));
  }

  @Test
  void anotherEpochFoundAtAReconnectGivesAllThatIsLeft() throws Exception {
    subscribeTopic("a", 41);
    JsonObject command = reconnect();
    answer(command, new JsonArray().add(topic("a", "two", 3)), false);
    for (int offset = 1; offset <= 4; offset++) {
      event("a", offset, "");
    }
    fixture.settle(peer);

    assertThat(fixture.events).hasSize(4);
    assertThat(fixture.take(fixture.recoveries).recovered()).isFalse();
  }

  @Test
  void aHistoryThatIsNoneAnyMoreIsAnnouncedAsLost() throws Exception {
    subscribeTopic("a", 41);
    answer(reconnect(), new JsonArray().add(new JsonObject().put("topic", "a")), true);

    assertThat(fixture.take(fixture.gaps).topic()).isEqualTo("a");
    assertThat(fixture.take(fixture.recoveries).recovered()).isFalse();
  }

  @Test
  void whoJoinsATopicGoesOnAlsoWhenTheFirstOneHasLeft() throws Exception {
    Subscription first = subscribeTopic("a", 41);
    FakeServer.await(fixture.client().subscribe(List.of("a"), fixture.events::add));
    event("a", 42, "");
    fixture.settle(peer);
    FakeServer.await(first.unsubscribe());

    assertThat(reconnect().getJsonObject("from").getJsonObject("a")).isEqualTo(place("one", 42));
  }

  @Test
  void whoJoinsAPatternGoesOnAlsoWhenTheFirstOneHasLeft() throws Exception {
    Subscription first = subscribePattern(true, "a.x", 4);
    FakeServer.await(fixture.client().subscribe(List.of("a.>"), fixture.events::add));
    FakeServer.await(first.unsubscribe());

    assertThat(reconnect().getJsonObject("from"))
        .isEqualTo(new JsonObject().put("a.x", place("one", 4)).put("a.>", "earliest"));
  }

  @Test
  void whatIsAskedForAlreadyCannotBeginElsewhere() throws Exception {
    subscribeTopic("a", 41);

    Future<Subscription> second =
        fixture.client().subscribe(List.of("a"), new From.Earliest(), fixture.events::add);

    assertThat(((CarillonException) FakeServer.failureOf(second)).code())
        .isEqualTo(CarillonException.ALREADY_SUBSCRIBED);
    event("a", 42, "");
    fixture.settle(peer);
    assertThat(fixture.events).hasSize(1);
  }

  @Test
  void whoComesWithAPlaceWhileATopicIsGivenBackBeginsThere() throws Exception {
    FakeServer.await(subscribeTopic("a", 41).unsubscribe());
    JsonObject leaving = peer.expect("unsubscribe");
    fixture.client().subscribe(List.of("a"), new From.Earliest(), fixture.events::add);
    fixture.settle(peer);

    peer.send(Peer.reply("unsubscribed", leaving));

    assertThat(peer.expect("subscribe").getJsonObject("from").getString("a")).isEqualTo("earliest");
  }

  @Test
  void severalSubscriptionsGoOnWhereTheFirstOfThemIs() throws Exception {
    subscribePattern(true, "a.x", 4);
    fixture.client().subscribe(List.of("a.x"), new From.Last(3), fixture.events::add);
    answer(peer.expect("subscribe"), new JsonArray().add(topic("a.x", "one", 4)), true);
    fixture.settle(peer);
    for (int offset = 2; offset <= 5; offset++) {
      event("a.x", offset, "");
    }
    fixture.settle(peer);

    // 2, 3 and 4 are the second one's alone.
    assertThat(fixture.events)
        .extracting(event -> event.offset().orElse(0))
        .containsExactly(2L, 3L, 4L, 5L, 5L);
  }

  @Test
  void positionsGivenToAnotherClientGoOnThere() throws Exception {
    Subscription subscription = subscribePattern(true, "a.x", 4);
    event("a.x", 5, "");
    fixture.settle(peer);

    Map<String, From.Behind> positions = FakeServer.await(subscription.positions());
    FakeServer.await(subscription.unsubscribe());
    peer.send(Peer.reply("unsubscribed", peer.expect("unsubscribe")));
    fixture.settle(peer);
    fixture.client().subscribe(List.of("a.>"), positions, fixture.events::add);

    assertThat(peer.expect("subscribe").getJsonObject("from"))
        .isEqualTo(new JsonObject().put("a.x", place("one", 5)));
  }

  @Test
  void aPlaceOfWhatIsNotAskedForIsRefusedAtOnce() {
    assertThatThrownBy(
            () ->
                fixture
                    .client()
                    .subscribe(List.of("a.*"), Map.of("b", new From.Earliest()), event -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a place in b; allowed: ");
  }

  @Test
  void aStoreThatIsUnavailableIsTriedAgain() throws Exception {
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    JsonObject first = peer.expect("publish");
    peer.refuse(first, "store_unavailable", true);
    Future<Subscription> asked =
        fixture.client().subscribe(List.of("a"), new From.Earliest(), fixture.events::add);
    peer.refuse(peer.expect("subscribe"), "store_unavailable", true);
    fixture.settle(peer);

    fixture.advance(100);

    JsonObject again = peer.expect("publish");
    assertThat(again.getString("eventId")).isEqualTo(first.getString("eventId"));
    peer.send(Peer.reply("published", again).put("offset", 1).put("epoch", "one"));
    assertThat(FakeServer.await(publish).offset()).hasValue(1);
    JsonObject command = peer.expect("subscribe");
    assertThat(command.getJsonObject("from").getString("a")).isEqualTo("earliest");
    answer(command, new JsonArray().add(topic("a", "one", 1)), true);
    assertThat(FakeServer.await(asked)).isNotNull();
  }

  private Subscription subscribeTopic(String topic, int offset) throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of(topic), fixture.events::add);
    answer(peer.expect("subscribe"), new JsonArray().add(topic(topic, "one", offset)));
    return FakeServer.await(asked);
  }

  private Subscription subscribePattern(boolean complete, String topic, int offset)
      throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("a.>"), fixture.events::add);
    answer(peer.expect("subscribe"), new JsonArray().add(pattern(complete, topic, offset)));
    return FakeServer.await(asked);
  }

  /** Breaks the connection; answers the first subscribe of the next one. */
  private JsonObject reconnect() throws Exception {
    peer.close(1012);
    fixture.passReconnectWait();
    peer = fixture.server.welcome();
    return peer.expect("subscribe");
  }

  private void answer(JsonObject command, JsonArray topics) {
    peer.send(Peer.reply("subscribed", command).put("topics", topics));
  }

  private void answer(JsonObject command, JsonArray topics, boolean recovered) {
    peer.send(Peer.reply("subscribed", command).put("topics", topics).put("recovered", recovered));
  }

  private void event(String topic, int offset, String epoch) {
    JsonObject event =
        new JsonObject()
            .put("type", "event")
            .put("topic", topic)
            .put("id", topic + offset)
            .put("time", "2026-11-23T17:00:00.123Z")
            .put("offset", offset);
    if (!epoch.isEmpty()) {
      event.put("epoch", epoch);
    }
    peer.send(event.put("data", offset));
  }

  private void gap(String topic, int from, int to, int count) {
    peer.send(
        new JsonObject()
            .put("type", "gap")
            .put("topic", topic)
            .put("count", count)
            .put("from", from)
            .put("to", to)
            .put("reason", "queue_full"));
  }

  private static JsonObject place(String epoch, int offset) {
    return new JsonObject().put("epoch", epoch).put("offset", offset);
  }

  private static JsonObject topic(String topic, String epoch, int offset) {
    return place(epoch, offset).put("topic", topic);
  }

  private static JsonObject pattern(boolean complete, String topic, int offset) {
    return new JsonObject()
        .put("topic", "a.>")
        .put("positions", new JsonObject().put(topic, place("one", offset)))
        .put("complete", complete);
  }
}
