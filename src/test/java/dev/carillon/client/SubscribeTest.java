package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubscribeTest {
  private final ClientFixture fixture = new ClientFixture();
  private Peer peer;

  SubscribeTest() throws Exception {
    peer = fixture.connect();
  }

  @BeforeEach
  void nothingIsAskedForYet() {
    assertThat(peer.isQuiet()).isTrue();
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void subscribedMeansConfirmed() throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("a.*", "b"), e -> {});
    JsonObject command = peer.expect("subscribe");
    fixture.settle(peer);
    assertThat(asked.isComplete()).isFalse();

    peer.send(Peer.reply("subscribed", command));

    assertThat(FakeServer.await(asked).topics()).containsExactly("a.*", "b");
  }

  @Test
  void anEventComesOnceToEachHandlerThatAskedForIt() throws Exception {
    BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    subscribe(List.of("orders.>", "orders.created"), e -> calls.add("both"));
    subscribe(List.of("orders.*"), e -> calls.add("star"));
    subscribe(List.of("news"), e -> calls.add("other"));

    peer.event("orders.created", 1);
    peer.event("orders.eu.created", 2);
    fixture.settle(peer);

    assertThat(calls).containsExactly("both", "star", "both");
  }

  @Test
  void anEventIsReadAsItCame() throws Exception {
    fixture.subscribe(peer, "a");
    String json =
        "{\"type\":\"event\",\"topic\":\"a\",\"id\":\"i-1\",\"time\":\"2026-11-23T17:00:00.123Z\","
            + "\"offset\":42,\"key\":\"o-17\",\"data\":{\"n\": [1, \"]}\\\"\"]}}";
    peer.send(json);
    ReceivedEvent event = fixture.take(fixture.events);

    assertThat(event.json()).isEqualTo(json);
    assertThat(event.dataJson()).isEqualTo("{\"n\": [1, \"]}\\\"\"]}");
    assertThat(event.data())
        .isEqualTo(new JsonObject().put("n", new JsonArray().add(1).add("]}\"")));
    assertThat(event.offset()).hasValue(42);
    assertThat(event.key()).contains("o-17");
    assertThat(event.instant()).isEqualTo("2026-11-23T17:00:00.123Z");
    assertThatThrownBy(event::bytes).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void bytesComeBackAsBytes() throws Exception {
    fixture.subscribe(peer, "a");
    peer.send(
        "{\"type\":\"event\",\"topic\":\"a\",\"id\":\"i\",\"time\":\"t\",\"dataBase64\":\"AP8=\"}");

    assertThat(fixture.take(fixture.events).bytes()).containsExactly(0, 255);
  }

  @Test
  void gapsAreTold() throws Exception {
    peer.send(
        "{\"type\":\"gap\",\"topic\":\"a\",\"count\":15,\"from\":43,\"to\":57,"
            + "\"reason\":\"queue_full\"}");
    peer.send("{\"type\":\"gap\",\"topic\":\"b\",\"count\":null,\"reason\":\"cluster_loss\"}");

    ReceivedGap known = fixture.take(fixture.gaps);
    assertThat(known.count()).hasValue(15);
    assertThat(known.from()).hasValue(43);
    assertThat(known.to()).hasValue(57);
    assertThat(known.reason()).isEqualTo("queue_full");
    assertThat(fixture.take(fixture.gaps).count()).isEmpty();
  }

  @Test
  void theServerIsAskedOnceForWhatSeveralWant() throws Exception {
    fixture.subscribe(peer, "a", "b");
    Subscription second = subscribe(List.of("b", "c"), e -> {});
    Future<Subscription> third = fixture.client().subscribe(List.of("a", "c"), e -> {});

    assertThat(FakeServer.await(third).topics()).containsExactly("a", "c");
    assertThat(lastCommand.getJsonArray("topics")).containsExactly("c");
    FakeServer.await(second.unsubscribe());
    fixture.settle(peer);
    assertThat(peer.isQuiet()).isTrue();
  }

  @Test
  void theLastOneToLeaveGivesTheTopicBack() throws Exception {
    Subscription first = fixture.subscribe(peer, "a", "b");
    subscribe(List.of("b", "c"), fixture.events::add);

    FakeServer.await(first.unsubscribe());
    FakeServer.await(first.unsubscribe());

    JsonObject command = peer.expect("unsubscribe");
    assertThat(command.getJsonArray("topics")).containsExactly("a");
    peer.send(Peer.reply("unsubscribed", command));
    peer.event("a", 1);
    peer.event("b", 2);
    assertThat(fixture.take(fixture.events).topic()).isEqualTo("b");
  }

  @Test
  void whoComesWhileATopicIsGivenBackWaitsAndAsksAnew() throws Exception {
    Subscription first = fixture.subscribe(peer, "a");
    FakeServer.await(first.unsubscribe());
    JsonObject leaving = peer.expect("unsubscribe");

    Future<Subscription> next = fixture.client().subscribe(List.of("a"), e -> {});
    fixture.settle(peer);
    assertThat(peer.isQuiet()).isTrue();
    peer.send(Peer.reply("unsubscribed", leaving));

    peer.confirmSubscribe();
    assertThat(FakeServer.await(next).topics()).containsExactly("a");
  }

  @Test
  void whoLeavesBeforeTheAnswerIsNotSubscribedByIt() throws Exception {
    Future<Subscription> first = fixture.client().subscribe(List.of("a"), fixture.events::add);
    JsonObject command = peer.expect("subscribe");
    Future<Subscription> second = fixture.client().subscribe(List.of("a", "b"), e -> {});
    peer.confirmSubscribe();
    peer.send(Peer.reply("subscribed", command));

    FakeServer.await(FakeServer.await(first).unsubscribe());
    FakeServer.await(FakeServer.await(second).unsubscribe());

    assertThat(peer.expect("unsubscribe").getJsonArray("topics")).containsExactly("a", "b");
  }

  @Test
  void aRefusalForGoodFailsTheCall() throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("secret"), e -> {});
    peer.refuse(peer.expect("subscribe"), "forbidden", false);

    assertThat(FakeServer.failureOf(asked))
        .hasMessage("subscribe to secret: because of forbidden")
        .extracting(failure -> ((CarillonException) failure).code())
        .isEqualTo("forbidden");
  }

  @Test
  void aRefusalOfOneDoesNotTakeTheTopicFromAnother() throws Exception {
    Future<Subscription> refused = fixture.client().subscribe(List.of("a", "secret"), e -> {});
    JsonObject command = peer.expect("subscribe");
    Future<Subscription> other = fixture.client().subscribe(List.of("a"), e -> {});
    fixture.settle(peer);
    assertThat(peer.isQuiet()).isTrue();

    peer.refuse(command, "forbidden", false);

    assertThat(peer.confirmSubscribe().getJsonArray("topics")).containsExactly("a");
    assertThat(FakeServer.await(other).topics()).containsExactly("a");
    assertThat(FakeServer.failureOf(refused)).isNotNull();
  }

  @Test
  void aRefusalForNowIsTriedAgainWithBackoff() throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("a"), e -> {});
    peer.refuse(peer.expect("subscribe"), "overloaded", true);
    fixture.settle(peer);
    fixture.advance(99);
    fixture.settle(peer);
    assertThat(peer.isQuiet()).isTrue();

    fixture.advance(1);

    peer.confirmSubscribe();
    assertThat(FakeServer.await(asked)).isNotNull();
  }

  @Test
  void refusalsForNowAreBounded() throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("a"), e -> {});
    for (int attempt = 0; attempt <= PublishPolicy.DEFAULT.retries(); attempt++) {
      peer.refuse(peer.expect("subscribe"), "overloaded", true);
      fixture.settle(peer);
      fixture.advance(5_000);
    }

    assertThat(FakeServer.failureOf(asked)).hasMessageContaining("because of overloaded");
  }

  @Test
  void aSubscriptionLostAtAReconnectIsAnError() throws Exception {
    fixture.subscribe(peer, "a");
    peer.close(1012);
    fixture.passReconnectWait();
    Peer next = fixture.server.welcome();
    next.refuse(next.expect("subscribe"), "forbidden", false);

    assertThat(fixture.take(fixture.errors)).hasMessage("subscribe to a: because of forbidden");
  }

  @Test
  void whatAHandlerThrowsIsAnErrorAndNothingMore() throws Exception {
    subscribe(
        List.of("a"),
        e -> {
          throw new IllegalStateException("no ink");
        });
    subscribe(List.of("*"), fixture.events::add);
    peer.event("a", 1);
    peer.event("a", 2);

    assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("1");
    assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("2");
    CarillonException error = fixture.take(fixture.errors);
    assertThat(error.code()).isEqualTo(CarillonException.HANDLER_FAILED);
    assertThat(error)
        .hasMessageContaining("no ink")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHandlerMayEndItsOwnSubscription() throws Exception {
    BlockingQueue<Subscription> own = new LinkedBlockingQueue<>();
    Subscription subscription =
        subscribe(
            List.of("a"),
            e -> {
              fixture.events.add(e);
              own.element().unsubscribe();
            });
    own.add(subscription);

    peer.event("a", 1);
    peer.event("a", 2);
    peer.expect("unsubscribe");

    assertThat(fixture.events).hasSize(1);
  }

  @Test
  void whatIsNoTopicIsRefusedAtOnce() {
    assertThatThrownBy(() -> fixture.client().subscribe(List.of(), e -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> fixture.client().subscribe(List.of("a..b"), e -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed");
  }

  @Test
  void callsMayComeFromAnyThread() throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(List.of("a"), fixture.events::add);
    peer.confirmSubscribe();
    String ownThread = FakeServer.await(asked.map(ignored -> Thread.currentThread().getName()));

    assertThat(ownThread).contains("eventloop");
    assertThat(Thread.currentThread().getName()).doesNotContain("eventloop");
  }

  private JsonObject lastCommand = new JsonObject();

  private Subscription subscribe(List<String> topics, Handler<ReceivedEvent> handler)
      throws Exception {
    Future<Subscription> asked = fixture.client().subscribe(topics, handler);
    lastCommand = peer.confirmSubscribe();
    return FakeServer.await(asked);
  }
}
