package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconnectTest {
  private final ClientFixture fixture = new ClientFixture();

  ReconnectTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1009, 1011, 1012, 4300, 4308, 4313, 4329, 4399, 4500})
  void comesBackAfterAnyCloseThatDoesNotForbidIt(int code) throws Exception {
    fixture.connect().close(code);

    fixture.passReconnectWait();

    fixture.server.welcome();
    assertThat(fixture.await(ClientState.CONNECTED)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {4400, 4401, 4403, 4409, 4499})
  void staysAwayAfterACloseThatForbidsToComeBack(int code) throws Exception {
    fixture.connect().close(code);

    assertThat(fixture.await(ClientState.CLOSED).reason()).contains("because of " + code);
    fixture.advance(3_600_000);
    assertThat(fixture.server.hasMore()).isFalse();
  }

  @Test
  void waitsLongerAfterEachFailureUpToTheLongest() throws Exception {
    fixture.connect().close(1012);
    fixture.server.refuseWith(503);

    assertThat(fixture.passReconnectWait()).isEqualTo(250);
    assertThat(fixture.passReconnectWait()).isEqualTo(500);
    assertThat(fixture.passReconnectWait()).isEqualTo(1_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(2_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(4_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(8_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(16_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(20_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(20_000);
  }

  @Test
  void onlyAConnectionThatLastedSetsTheWaitBack() throws Exception {
    fixture.connect().close(1012);
    assertThat(fixture.passReconnectWait()).isEqualTo(250);
    Peer brief = fixture.server.welcome();
    fixture.await(ClientState.CONNECTED);
    brief.close(1012);
    assertThat(fixture.passReconnectWait()).isEqualTo(500);

    Peer lasting = fixture.server.welcome();
    fixture.await(ClientState.CONNECTED);
    fixture.advance(10_000);
    lasting.close(1012);

    assertThat(fixture.passReconnectWait()).isEqualTo(250);
  }

  @Test
  void asksForAllItsTopicsAgain() throws Exception {
    Peer first = fixture.connect();
    fixture.subscribe(first, "orders.>", "chat.lobby");
    fixture.subscribe(first, "news");
    first.close(1012);
    fixture.passReconnectWait();

    Peer second = fixture.server.welcome();

    assertThat(second.confirmSubscribe().getJsonArray("topics"))
        .containsExactly("orders.>", "chat.lobby");
    assertThat(second.confirmSubscribe().getJsonArray("topics")).containsExactly("news");
    second.event("orders.created", 1);
    assertThat(fixture.take(fixture.events).topic()).isEqualTo("orders.created");
  }

  @Test
  void resumesAHistoryTopicAfterTheLastOffsetItSaw() throws Exception {
    Peer first = fixture.connect();
    subscribeAt(first, 41);
    first.send(
        "{\"type\":\"event\",\"topic\":\"chat\",\"id\":\"e\",\"time\":\"2026-11-23T17:00:00Z\","
            + "\"offset\":42,\"data\":1}");
    first.send(
        "{\"type\":\"gap\",\"topic\":\"chat\",\"count\":3,\"from\":43,\"to\":45,"
            + "\"reason\":\"queue_full\"}");
    fixture.take(fixture.gaps);
    first.close(1012);
    fixture.passReconnectWait();

    Peer second = fixture.server.welcome();

    assertThat(second.expect("subscribe").getJsonObject("from").getJsonObject("chat"))
        .isEqualTo(new JsonObject().put("epoch", "one").put("offset", 45));
  }

  @Test
  void aResumeThatBreaksOffIsResumedWhereItBroke() throws Exception {
    Peer first = fixture.connect();
    subscribeAt(first, 30);
    first.close(1012);
    fixture.passReconnectWait();
    Peer second = fixture.server.welcome();
    JsonObject command = second.expect("subscribe");
    second.send(
        Peer.reply("subscribed", command)
            .put(
                "topics",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("topic", "chat")
                            .put("epoch", "one")
                            .put("offset", 41)
                            .put("recovered", true))));
    second.send(
        "{\"type\":\"event\",\"topic\":\"chat\",\"id\":\"e\",\"time\":\"2026-11-23T17:00:00Z\","
            + "\"offset\":31,\"data\":1}");
    fixture.take(fixture.events);
    second.close(1012);
    fixture.passReconnectWait();

    Peer third = fixture.server.welcome();

    assertThat(
            third
                .expect("subscribe")
                .getJsonObject("from")
                .getJsonObject("chat")
                .getInteger("offset"))
        .isEqualTo(31);
  }

  private void subscribeAt(Peer peer, int offset) throws Exception {
    var asked = fixture.client().subscribe(List.of("chat"), fixture.events::add);
    JsonObject command = peer.expect("subscribe");
    peer.send(
        Peer.reply("subscribed", command)
            .put(
                "topics",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("topic", "chat")
                            .put("epoch", "one")
                            .put("offset", offset))));
    FakeServer.await(asked);
  }

  @Test
  void goawaySaysWhenToComeBack() throws Exception {
    Peer leaving = fixture.connect();
    leaving.send("{\"type\":\"goaway\",\"reason\":\"draining\",\"reconnectAfterMs\":730}");
    fixture.settle(leaving);

    fixture.advance(729);
    fixture.settle(leaving);
    assertThat(fixture.server.hasMore()).isFalse();
    fixture.advance(1);

    assertThat(leaving.awaitClose()).isEqualTo(1000);
    assertThat(fixture.passReconnectWait()).isZero();
    fixture.server.welcome();
  }

  @Test
  void aServerThatClosesBeforeItsGoawayIsDueIsLeftAloneUntilThen() throws Exception {
    Peer leaving = fixture.connect();
    leaving.send("{\"type\":\"goaway\",\"reason\":\"draining\",\"reconnectAfterMs\":730}");
    fixture.settle(leaving);
    fixture.advance(200);

    leaving.close(1012);

    StateChange waiting = fixture.await(ClientState.WAITING);
    assertThat(waiting.retryInMs()).isEqualTo(530);
    assertThat(waiting.reason()).contains("going away (draining)");
  }

  @Test
  void asksASilentServerWhetherItLives() throws Exception {
    Peer peer = fixture.connect();

    fixture.advance(20_000);
    fixture.advance(20_000);
    JsonObject ping = peer.expect("ping");
    peer.send(Peer.reply("pong", ping));
    fixture.settle(peer);
    fixture.advance(10_000);

    peer.send("{\"type\":\"gap\",\"topic\":\"t\",\"count\":1,\"reason\":\"r\"}");
    assertThat(fixture.take(fixture.gaps).topic()).isEqualTo("t");
  }

  @Test
  void aServerThatDoesNotAnswerIsTakenForDead() throws Exception {
    Peer dead = fixture.connect();

    fixture.advance(20_000);
    fixture.advance(20_000);
    dead.expect("ping");
    fixture.advance(10_000);

    assertThat(fixture.await(ClientState.WAITING).reason()).contains("no answer to a ping");
  }

  @Test
  void aSubscribeWithoutAnAnswerMakesTheConnectionSuspect() throws Exception {
    Peer stuck = fixture.connect();
    var asked = fixture.client().subscribe(List.of("a"), fixture.events::add);
    stuck.expect("subscribe");

    fixture.advance(10_000);
    assertThat(fixture.passReconnectWait()).isEqualTo(250);

    fixture.server.welcome().confirmSubscribe();
    assertThat(FakeServer.await(asked).topics()).containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nonsense", "[1]", "{\"type\":\"event\",\"id\":\"no topic\"}", "{\"type\":"})
  void aFrameOutsideTheProtocolEndsTheConnectionAndNotTheClient(String frame) throws Exception {
    Peer strange = fixture.connect();
    strange.send(frame);

    assertThat(strange.awaitClose()).isEqualTo(1002);
    fixture.passReconnectWait();
    fixture.server.welcome();
  }

  @Test
  void frameTypesOfANewerServerArePassedOver() throws Exception {
    Peer peer = fixture.connect();
    peer.send("{\"type\":\"weather\",\"id\":{\"a\":[1]},\"reason\":[\"x\"],\"news\":{}}");
    fixture.subscribe(peer, "a");
    peer.event("a", 1);
    assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("1");
  }

  @Test
  void aFrameBeyondTheBoundEndsTheConnectionAndNotTheClient() throws Exception {
    Peer peer = fixture.connect(options -> options.withMaxFrameBytes(2_000));
    peer.send(
        "{\"type\":\"event\",\"topic\":\"a\",\"id\":\"e\",\"time\":\"\",\"data\":\""
            + "x".repeat(3_000)
            + "\"}");

    fixture.passReconnectWait();
    fixture.server.welcome();
    assertThat(fixture.events).isEmpty();
  }

  @Test
  void theServersRestartIsSurvivedWithRealTime() throws Exception {
    int port = fixture.server.port();
    CarillonClient client =
        connectInRealTime(
            fixture
                .options()
                .withConnect(
                    ConnectPolicy.DEFAULT.withBackoff(
                        new Backoff(Duration.ofMillis(1), Duration.ofMillis(50)))));
    fixture.server.close();

    FakeServer next = FakeServer.startAt(fixture.vertx, port);

    Peer again = next.welcome();
    Future<Published> publish = client.publish(OutgoingEvent.text("a", "x"));
    again.confirmPublish();
    assertThat(FakeServer.await(publish).offset()).isEmpty();
  }

  private CarillonClient connectInRealTime(ClientOptions options) throws Exception {
    var connecting = CarillonClient.connect(fixture.vertx, options);
    fixture.server.welcome();
    return FakeServer.await(connecting);
  }
}
