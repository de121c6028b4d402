package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PauseTest {
  private final ClientFixture fixture = new ClientFixture();

  PauseTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void aPausedClientStopsReadingTheSocket() throws Exception {
    Peer peer = fixture.connect();
    fixture.subscribe(peer, "a");
    fixture.client().pause();
    fixture.advance(0);

    // The kernel's buffers take some megabytes; then nothing moves any more.
    int sent = peer.sendLargeUntilItStalls("a", 4_000);
    assertThat(sent).isLessThan(4_000);
    assertThat(fixture.events).isEmpty();
    fixture.client().resume();

    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> fixture.events.size() == sent);
  }

  @Test
  void aHandlerThatPausesGetsOneEventAtATime() throws Exception {
    Peer peer = fixture.connect();
    var asked =
        fixture
            .client()
            .subscribe(
                List.of("a"),
                event -> {
                  fixture.events.add(event);
                  fixture.client().pause();
                });
    peer.confirmSubscribe();
    FakeServer.await(asked);
    for (int i = 0; i < 50; i++) {
      peer.event("a", i);
    }

    for (int i = 0; i < 50; i++) {
      assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("" + i);
      assertThat(fixture.events).isEmpty();
      fixture.client().resume();
    }
  }

  @Test
  void whatWasReadBeforeTheConnectionClosedStillComes() throws Exception {
    Peer peer = fixture.connect();
    fixture.subscribe(peer, "a");
    fixture.client().pause();
    for (int i = 0; i < 5; i++) {
      peer.event("a", i);
    }
    peer.close(1012);
    fixture.advance(0);
    fixture.client().resume();

    for (int i = 0; i < 5; i++) {
      assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("" + i);
    }
    fixture.passReconnectWait();
    fixture.server.welcome();
  }

  @Test
  void aPauseIsNotTakenForADeadServer() throws Exception {
    Peer peer = fixture.connect();
    fixture.subscribe(peer, "a");
    fixture.client().pause();
    fixture.advance(0);

    for (int i = 0; i < 10; i++) {
      fixture.advance(20_000);
      peer.expect("ping");
    }
    fixture.client().resume();
    peer.event("a", 1);

    assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("1");
  }

  @Test
  void aPauseOutlivesTheConnection() throws Exception {
    Peer peer = fixture.connect();
    fixture.subscribe(peer, "a");
    peer.close(1012);
    StateChange waiting = fixture.await(ClientState.WAITING);
    fixture.client().pause();
    fixture.advance(waiting.retryInMs());
    Peer next = fixture.server.welcome();
    fixture.await(ClientState.CONNECTED);
    next.confirmSubscribe();
    next.event("a", 1);
    Awaitility.await().during(Duration.ofMillis(200)).until(() -> fixture.events.isEmpty());

    fixture.client().resume();

    assertThat(fixture.take(fixture.events).dataJson()).isEqualTo("1");
  }
}
