package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublishTest {
  private final ClientFixture fixture = new ClientFixture();

  PublishTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void publishedMeansAcknowledged() throws Exception {
    Peer peer = fixture.connect();
    Future<Published> publish =
        fixture
            .client()
            .publish(
                OutgoingEvent.json("orders.created", "{\"n\":1}")
                    .withKey("o\"17")
                    .withEventId("mine"));
    JsonObject command = peer.expect("publish");
    assertThat(command.getString("topic")).isEqualTo("orders.created");
    assertThat(command.getJsonObject("data")).isEqualTo(new JsonObject().put("n", 1));
    assertThat(command.getString("key")).isEqualTo("o\"17");
    assertThat(command.getString("eventId")).isEqualTo("mine");
    assertThat(publish.isComplete()).isFalse();

    peer.send(
        Peer.reply("published", command)
            .put("eventId", "mine")
            .put("offset", 42)
            .put("epoch", "one"));

    Published published = FakeServer.await(publish);
    assertThat(published.eventId()).isEqualTo("mine");
    assertThat(published.offset()).hasValue(42);
    assertThat(published.epoch()).contains("one");
  }

  @Test
  void dataTravelAsJsonTextOrBytes() throws Exception {
    Peer peer = fixture.connect();
    fixture.client().publish("a", new JsonObject().put("x", "y"));
    fixture.client().publish(OutgoingEvent.text("a", "line \"1\"\n"));
    fixture.client().publish(OutgoingEvent.bytes("a", new byte[] {0, (byte) 255}));

    assertThat(peer.expect("publish").getJsonObject("data").getString("x")).isEqualTo("y");
    assertThat(peer.expect("publish").getString("data")).isEqualTo("line \"1\"\n");
    assertThat(peer.expect("publish").getString("dataBase64")).isEqualTo("AP8=");
  }

  @Test
  void aBatchIsOneCommandAndItsAnswersComeInOrder() throws Exception {
    Peer peer = fixture.connect();
    Future<List<Published>> publish =
        fixture
            .client()
            .publishBatch(List.of(OutgoingEvent.text("a", "1"), OutgoingEvent.text("b", "2")));
    JsonObject command = peer.expect("publish");
    JsonArray events = command.getJsonArray("events");
    assertThat(events.getJsonObject(1).getString("topic")).isEqualTo("b");

    peer.send(
        Peer.reply("published", command)
            .put(
                "events",
                new JsonArray()
                    .add(new JsonObject().put("eventId", "x").put("offset", 7).put("epoch", "e"))
                    .add(new JsonObject().put("eventId", "y"))));

    List<Published> published = FakeServer.await(publish);
    assertThat(published).extracting(Published::eventId).containsExactly("x", "y");
    assertThat(published.get(0).offset()).hasValue(7);
    assertThat(published.get(1).offset()).isEmpty();
  }

  @Test
  void aRefusalForGoodIsNotTriedAgain() throws Exception {
    Peer peer = fixture.connect();
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    peer.refuse(peer.expect("publish"), "forbidden", false);

    PublishFailedException failure = (PublishFailedException) FakeServer.failureOf(publish);
    assertThat(failure).hasMessage("because of forbidden");
    assertThat(failure.code()).isEqualTo("forbidden");
    assertThat(failure.topic()).isEqualTo("a");
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(fixture.take(fixture.errors)).isSameAs(failure);
    fixture.advance(3_600_000);
    assertThat(peer.isQuiet() || "ping".equals(peer.next().getString("type"))).isTrue();
  }

  @Test
  void aRefusalForNowIsTriedAgainUnderTheSameIdAndWithGrowingWaits() throws Exception {
    Peer peer = fixture.connect();
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    JsonObject first = peer.expect("publish");
    for (long waitMs : List.of(100, 200, 400, 800)) {
      peer.refuse(first, "overloaded", true);
      fixture.settle(peer);
      fixture.advance(waitMs - 1);
      fixture.settle(peer);
      assertThat(peer.isQuiet()).isTrue();
      fixture.advance(1);
      assertThat(peer.expect("publish")).isEqualTo(first);
    }

    peer.send(Peer.reply("published", first).put("eventId", first.getString("eventId")));

    assertThat(FakeServer.await(publish).eventId()).isEqualTo(first.getString("eventId"));
    assertThat(fixture.errors).isEmpty();
  }

  @Test
  void aTimeoutIsTriedAgainAndGivenUpInTheEnd() throws Exception {
    Peer peer = fixture.connect(options -> withPolicy(options, 2, 1024));
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    JsonObject first = peer.expect("publish");
    fixture.advance(1_000);
    fixture.advance(100);
    assertThat(peer.expect("publish")).isEqualTo(first);
    fixture.advance(1_000);
    fixture.advance(200);
    assertThat(peer.expect("publish")).isEqualTo(first);
    assertThat(publish.isComplete()).isFalse();
    fixture.advance(1_000);

    PublishFailedException failure = (PublishFailedException) FakeServer.failureOf(publish);
    assertThat(failure).hasMessage("no answer within 1000 ms (given up after 3 attempts)");
    assertThat(failure.code()).isEqualTo(CarillonException.TIMEOUT);
    assertThat(failure.eventIds()).containsExactly(first.getString("eventId"));
    assertThat(fixture.take(fixture.errors)).isSameAs(failure);
  }

  @Test
  void anAnswerThatComesAfterItsTimeoutStillCounts() throws Exception {
    Peer peer = fixture.connect(options -> withPolicy(options, 2, 1024));
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    JsonObject first = peer.expect("publish");
    fixture.advance(1_000);

    peer.send(Peer.reply("published", first).put("eventId", first.getString("eventId")));

    assertThat(FakeServer.await(publish)).isNotNull();
    fixture.advance(10_000);
    assertThat(peer.isQuiet()).isTrue();
  }

  @Test
  void whatALostConnectionLeftUnansweredGoesOutAgainFirstAndInOrder() throws Exception {
    Peer peer = fixture.connect();
    List<Future<Published>> publishes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      publishes.add(fixture.client().publish(OutgoingEvent.text("a", "before " + i)));
    }
    JsonObject answered = peer.expect("publish");
    JsonObject lost = peer.expect("publish");
    peer.expect("publish");
    peer.send(Peer.reply("published", answered).put("eventId", answered.getString("eventId")));
    FakeServer.await(publishes.get(0));
    peer.close(1012);
    StateChange waiting = fixture.await(ClientState.WAITING);
    publishes.add(fixture.client().publish(OutgoingEvent.text("a", "meanwhile")));
    fixture.advance(waiting.retryInMs());

    Peer next = fixture.server.welcome();

    assertThat(next.confirmPublish()).isEqualTo(lost);
    assertThat(next.confirmPublish().getString("data")).isEqualTo("before 2");
    assertThat(next.confirmPublish().getString("data")).isEqualTo("meanwhile");
    for (Future<Published> publish : publishes) {
      assertThat(FakeServer.await(publish)).isNotNull();
    }
  }

  @Test
  void withoutAConnectionAPublishWaitsAndIsGivenUpInTheEnd() throws Exception {
    Peer peer = fixture.connect(options -> withPolicy(options, 2, 1024));
    fixture.server.refuseWith(503);
    peer.close(1012);
    fixture.await(ClientState.WAITING);
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    fixture.advance(0);

    fixture.advance(2_999);
    assertThat(publish.isComplete()).isFalse();
    fixture.advance(1);

    assertThat(FakeServer.failureOf(publish))
        .hasMessageContaining("no connection took it within 1000 ms")
        .hasMessageContaining("after 3 attempts");
  }

  @Test
  void whatIsPendingIsBoundedInEvents() throws Exception {
    Peer peer = fixture.connect(options -> withPolicy(options, 2, 3));
    List<Future<Published>> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.add(fixture.client().publish(OutgoingEvent.text("a", "" + i)));
    }

    Future<Published> tooMany = fixture.client().publish(OutgoingEvent.text("a", "3"));

    PublishFailedException failure = (PublishFailedException) FakeServer.failureOf(tooMany);
    assertThat(failure.code()).isEqualTo(CarillonException.OVERLOADED);
    assertThat(failure.isRetryable()).isTrue();
    assertThat(failure.attempts()).isZero();
    peer.confirmPublish();
    FakeServer.await(taken.get(0));
    Future<Published> again = fixture.client().publish(OutgoingEvent.text("a", "3"));
    peer.confirmPublish();
    peer.confirmPublish();
    peer.confirmPublish();
    assertThat(FakeServer.await(again)).isNotNull();
  }

  @Test
  void whatIsPendingIsBoundedInBytes() throws Exception {
    fixture.connect(
        options -> options.withPublish(PublishPolicy.DEFAULT.withMaxPending(1024, 2_000)));
    fixture.client().publish(OutgoingEvent.text("a", "x".repeat(1_000)));

    Future<Published> tooMuch =
        fixture.client().publish(OutgoingEvent.text("a", "x".repeat(1_000)));

    assertThat(FakeServer.failureOf(tooMuch)).hasMessageContaining("too much is pending");
  }

  @Test
  void whatIsLargerThanAFrameFailsAtOnce() throws Exception {
    fixture.connect(options -> options.withMaxFrameBytes(2_000));

    Future<Published> publish =
        fixture.client().publish(OutgoingEvent.text("a", "\u00e4".repeat(1_000)));

    assertThat(FakeServer.failureOf(publish))
        .hasMessageContaining("more than 2000")
        .extracting(failure -> ((CarillonException) failure).code())
        .isEqualTo(CarillonException.TOO_LARGE);
  }

  @Test
  void aServerThatStopsReadingFillsABoundedAmountAndThenRefuses() throws Exception {
    Peer peer = fixture.connect(options -> withPolicy(options, 0, 100));
    peer.pause();
    String large = "x".repeat(100_000);
    List<Future<Published>> publishes = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      publishes.add(fixture.client().publish(OutgoingEvent.text("a", large)));
    }
    fixture.advance(1_000);

    for (Future<Published> publish : publishes) {
      CarillonException failure = (CarillonException) FakeServer.failureOf(publish);
      assertThat(failure.code()).isIn(CarillonException.TIMEOUT, CarillonException.OVERLOADED);
    }
  }

  @Test
  void goawayLetsWhatIsUnderWayFinish() throws Exception {
    Peer peer = fixture.connect();
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "1"));
    JsonObject command = peer.expect("publish");
    peer.send("{\"type\":\"goaway\",\"reason\":\"draining\",\"reconnectAfterMs\":500}");
    fixture.settle(peer);
    Future<Published> late = fixture.client().publish(OutgoingEvent.text("a", "2"));

    peer.send(Peer.reply("published", command).put("eventId", "x"));
    peer.confirmPublish();

    assertThat(FakeServer.await(publish)).isNotNull();
    assertThat(FakeServer.await(late)).isNotNull();
  }

  @Test
  void eventIdsDiffer() throws Exception {
    Peer peer = fixture.connect();
    fixture.client().publish(OutgoingEvent.text("a", "1"));
    fixture.client().publish(OutgoingEvent.text("a", "1"));

    String first = peer.expect("publish").getString("eventId");
    assertThat(first)
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(peer.expect("publish").getString("eventId")).isNotEqualTo(first);
  }

  @Test
  void whatCannotBeAnEventIsRefusedAtOnce() {
    for (String bad : List.of("", "{", "{} {}", "nope", "[1,]", "1 2")) {
      assertThatThrownBy(() -> OutgoingEvent.json("a", bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("data is ");
    }
    assertThatThrownBy(() -> OutgoingEvent.text("a.*", "x"))
        .hasMessageContaining("holds a wildcard");
    assertThatThrownBy(() -> OutgoingEvent.text("a", "x").withKey(""))
        .hasMessageContaining("key of 0 characters");
    assertThatThrownBy(() -> OutgoingEvent.text("a", "x").withEventId("x".repeat(65)))
        .hasMessageContaining("allowed: 1 to 64");
  }

  private static ClientOptions withPolicy(ClientOptions options, int retries, int maxPending) {
    return options.withPublish(
        PublishPolicy.DEFAULT
            .withTimeout(Duration.ofSeconds(1))
            .withRetries(retries)
            .withMaxPending(maxPending, 64L << 20));
  }
}
