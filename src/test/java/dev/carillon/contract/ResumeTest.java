package dev.carillon.contract;

import static dev.carillon.testing.TestServer.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.ClientState;
import dev.carillon.client.From;
import dev.carillon.client.OutgoingEvent;
import dev.carillon.client.ReceivedGap;
import dev.carillon.client.Recovery;
import dev.carillon.client.StateChange;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java client and a node that goes away and comes back: nothing is missed, nothing repeated.
 */
final class ResumeTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final TestServer server = new TestServer();
  @TempDir private Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final Queue<Recovery> recoveries = new ConcurrentLinkedQueue<>();
  private final Queue<ReceivedGap> gaps = new ConcurrentLinkedQueue<>();
  private final Queue<StateChange> states = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void keepHistories() {
    server.set(
        "store.path=" + directory.resolve("c.db"),
        "drain=0s",
        "topics=[{\"match\":\"few.*\",\"history\":{\"events\":3}},"
            + "{\"match\":\"chat.>\",\"history\":{\"events\":1000}}]");
  }

  @AfterEach
  void closeVertx() {
    get(vertx.close());
  }

  private CarillonClient client() {
    return get(
        CarillonClient.builder(vertx, ClientOptions.of("http://127.0.0.1:" + server.port()))
            .onGap(gaps::add)
            .onRecovery(recoveries::add)
            .onState(states::add)
            .connect());
  }

  private void subscribe(CarillonClient client, From from, String... topics) {
    get(
        client.subscribe(
            List.of(topics),
            from,
            event -> events.add(event.topic() + " " + event.offset().orElse(0))));
  }

  private void publish(String topic, int events) {
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < events; i++) {
      publisher.publish(topic, "1");
    }
    publisher.close();
  }

  private void awaitEvents(String... expected) {
    await().atMost(SOON).untilAsserted(() -> assertThat(events).containsExactly(expected));
    events.clear();
  }

  @Test
  void aReconnectGoesOnInEveryHistoryAlsoInNewOnes() {
    publish("chat.a", 2);
    subscribe(client(), new From.Live(), "chat.>", "few.a");
    publish("chat.a", 1);
    publish("few.a", 1);
    awaitEvents("chat.a 3", "few.a 1");
    // Or the client might be back before some of it, and would lose nothing.
    server.restart(
        () -> {
          publish("chat.a", 2);
          publish("chat.b", 1);
          publish("few.a", 6);
        });
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(events)
                    .containsExactlyInAnyOrder(
                        "chat.a 4", "chat.a 5", "chat.b 1", "few.a 5", "few.a 6", "few.a 7"));
    assertThat(gaps).hasSize(1);
    assertThat(gaps.peek().from()).hasValue(2);
    assertThat(gaps.peek().to()).hasValue(4);
    assertThat(recoveries).extracting(Recovery::recovered).containsExactly(false);
    events.clear();
    publish("chat.b", 1);
    awaitEvents("chat.b 2");
  }

  @Test
  void aSubscriptionBeginsWhereItIsTold() {
    publish("chat.a", 5);
    CarillonClient client = client();
    subscribe(client, new From.Last(2), "chat.a");
    awaitEvents("chat.a 4", "chat.a 5");
    subscribe(client, new From.Earliest(), "chat.*");
    awaitEvents("chat.a 1", "chat.a 2", "chat.a 3", "chat.a 4", "chat.a 5");
    assertThat(recoveries).extracting(Recovery::recovered).containsExactly(true, true);
  }

  @Test
  void whatIsPublishedWhileTheNodeIsAwayIsStoredWhenItIsBack() {
    CarillonClient client = client();
    assertThat(get(client.publish(OutgoingEvent.text("chat.a", "x"))).offset()).hasValue(1);
    server.restart();
    await()
        .atMost(SOON)
        .until(() -> states.stream().anyMatch(one -> one.state() == ClientState.WAITING));
    // What was asked for while there was no server is done when there is one.
    assertThat(get(client.publish(OutgoingEvent.text("chat.a", "y"))).offset()).hasValue(2);
  }
}
