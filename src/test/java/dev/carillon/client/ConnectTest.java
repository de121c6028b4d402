package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTest {
  private final ClientFixture fixture = new ClientFixture();

  ConnectTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void connectedMeansWelcomed() throws Exception {
    Future<CarillonClient> connecting = fixture.connecting(options -> options);
    Peer peer = fixture.server.accept();
    assertThat(connecting.isComplete()).isFalse();

    peer.send("{\"type\":\"welcome\",\"subscriber\":\"s-7\",\"node\":\"n\"}");

    CarillonClient client = FakeServer.await(connecting);
    assertThat(FakeServer.await(client.subscriberId())).isEqualTo("s-7");
    assertThat(peer.uri()).isEqualTo("/v1/ws");
  }

  @Test
  void saysWhoItIsInTheQuery() throws Exception {
    Peer peer =
        fixture.connect(options -> options.withSubscriber("till 4", true).withToken("a+b&c"));

    assertThat(peer.uri()).isEqualTo("/v1/ws?subscriber=till%204&takeover=true&token=a%2Bb%26c");
  }

  @ParameterizedTest
  @ValueSource(ints = {4400, 4401, 4403, 4409, 4499})
  void aTerminalCloseBeforeTheWelcomeEndsTheAttempt(int code) throws Exception {
    Future<CarillonClient> connecting = fixture.connecting(options -> options);
    fixture.server.accept().close(code);

    assertThat(FakeServer.failureOf(connecting)).hasMessageContaining(String.valueOf(code));
    assertThat(fixture.await(ClientState.CLOSED).reason()).contains("because of " + code);
  }

  @Test
  void theServersOwnWordsSayWhyItCloses() throws Exception {
    Future<CarillonClient> connecting = fixture.connecting(options -> options);
    Peer peer = fixture.server.accept();
    peer.send(
        "{\"type\":\"error\",\"code\":\"subscriber_exists\",\"message\":\"s-1 is here already\"}");
    peer.close(4409);

    assertThat(FakeServer.failureOf(connecting))
        .hasMessageContaining("subscriber_exists: s-1 is here already");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409})
  void anHttpRefusalForGoodEndsTheAttempt(int status) throws Exception {
    fixture.server.refuseWith(status);

    assertThat(FakeServer.failureOf(fixture.connecting(options -> options)))
        .hasMessageContaining("HTTP " + status);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 503})
  void anHttpRefusalForNowIsTriedAgain(int status) throws Exception {
    fixture.server.refuseWith(status);
    Future<CarillonClient> connecting = fixture.connecting(options -> options);
    StateChange waiting = fixture.await(ClientState.WAITING);
    fixture.server.refuseWith(0);

    fixture.advance(waiting.retryInMs());

    fixture.server.welcome();
    assertThat(FakeServer.await(connecting)).isNotNull();
  }

  @Test
  void whereNobodyListensTheFirstAttemptsAreBounded() throws Exception {
    fixture.server.close();
    // Bound and not listening: no other server of this machine can get the port meanwhile.
    try (Socket holder = new Socket()) {
      holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.server.port()));
      Future<CarillonClient> connecting =
          fixture.connecting(
              options ->
                  options.withConnect(
                      ConnectPolicy.DEFAULT.withFirstWithin(Duration.ofSeconds(3))));
      fixture.await(ClientState.WAITING);

      fixture.advance(3_000);

      assertThat(FakeServer.failureOf(connecting))
          .hasMessageContaining("within 3000 ms")
          .hasMessageContaining("Connection refused")
          .extracting(failure -> ((CarillonException) failure).code())
          .isEqualTo(CarillonException.UNREACHABLE);
    }
  }

  @Test
  void aServerThatNeverSaysWelcomeIsLeft() throws Exception {
    fixture.connecting(options -> options);
    Peer silent = fixture.server.accept();

    fixture.advance(10_000);

    assertThat(fixture.await(ClientState.WAITING).reason()).contains("no welcome within 10000 ms");
    assertThat(silent.awaitClose()).isEqualTo(1000);
  }

  @Test
  void closingSaysGoodbyeAndEndsEverything() throws Exception {
    Peer peer = fixture.connect();
    Future<Published> publish = fixture.client().publish(OutgoingEvent.text("a", "x"));
    peer.expect("publish");

    FakeServer.await(fixture.client().close());

    assertThat(peer.awaitClose()).isEqualTo(1000);
    assertThat(FakeServer.failureOf(publish)).hasMessageContaining("the client was closed");
    assertThat(FakeServer.failureOf(fixture.client().publish(OutgoingEvent.text("a", "x"))))
        .hasMessageContaining("the client was closed");
    assertThat(FakeServer.failureOf(fixture.client().subscribe(List.of("a"), e -> {})))
        .hasMessageContaining("the client was closed");
    assertThat(fixture.await(ClientState.CLOSED)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:8080",
        "ftp://h",
        "http://",
        "http://u:p@h",
        "http://h?x=1",
        "http://h:99999"
      })
  void aUrlThatIsNoneIsRefusedWithWhatIsAllowed(String url) {
    assertThatThrownBy(() -> ClientOptions.of(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed: http://HOST:PORT");
  }

  @Test
  void urlsMayNameTheSchemeAndThePathInSeveralWays() {
    assertThat(ServerUrl.parse("ws://h:1/v1/ws")).isEqualTo(new ServerUrl(false, "h", 1, ""));
    assertThat(ServerUrl.parse("https://h")).isEqualTo(new ServerUrl(true, "h", 443, ""));
    assertThat(ServerUrl.parse("http://h/events/"))
        .isEqualTo(new ServerUrl(false, "h", 80, "/events"));
    assertThat(ServerUrl.parse("wss://[::1]:9/x/v1/ws"))
        .isEqualTo(new ServerUrl(true, "::1", 9, "/x"));
    assertThat(ServerUrl.parse("http://[::1]:9")).hasToString("http://[::1]:9");
  }
}
