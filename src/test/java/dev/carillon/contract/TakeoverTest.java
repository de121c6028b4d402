package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One id, one connection: {@code subscriber_exists} and {@code takeover=true}. */
final class TakeoverTest {
  @RegisterExtension final TestServer server = new TestServer();

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anIdInUseIsRefusedAndItsOwnerStays(int gateways) {
    server.set("http.gateways=" + gateways);
    RawWebSocket owner = server.webSocket("?subscriber=ann").subscribe("t");

    for (String query : new String[] {"", "&takeover=false", "&takeover=1", "&takeover="}) {
      RawWebSocket other = server.upgraded(RawSocket.to(server.port()), "?subscriber=ann" + query);
      JsonObject error = other.read("error");
      assertThat(error.getString("code")).isEqualTo("subscriber_exists");
      assertThat(error.getBoolean("retryable")).isFalse();
      assertThat(error.containsKey("id")).isFalse();
      assertThat(other.readClose()).isEqualTo(new CloseFrame(4409, "subscriber exists"));
    }

    owner.publish("t", "1");
    assertThat(owner.readEvent("t")).isEqualTo(1);
    assertThat(server.books().subscribers()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aTakeoverClosesTheOlderConnection(int gateways) {
    server.set("http.gateways=" + gateways);
    RawWebSocket old = server.webSocket("?subscriber=ann").subscribe("t");

    RawWebSocket fresh = server.webSocket("?subscriber=ann&takeover=true").subscribe("t");

    assertThat(old.readClose()).isEqualTo(new CloseFrame(4409, "taken over"));
    fresh.publish("t", "1");
    assertThat(fresh.readEvent("t")).isEqualTo(1);
  }

  @Test
  void aTakeoverOfNobodyIsAnOrdinaryConnection() {
    server.webSocket("?subscriber=ann&takeover=true").subscribe("t");
  }

  @Test
  void anIdIsFreeAgainAfterItsConnectionIsClosed() {
    for (int i = 0; i < 10; i++) {
      server.webSocket("?subscriber=ann").subscribe("t").closeNormally();
    }
  }

  @Test
  void manyTakeoversInARowLeaveOneConnection() {
    RawWebSocket last = server.webSocket("?subscriber=ann&takeover=true");
    for (int i = 0; i < 50; i++) {
      RawWebSocket next = server.webSocket("?subscriber=ann&takeover=true");
      assertThat(last.readClose().code()).isEqualTo(4409);
      last = next;
    }
    last.subscribe("t").publish("t", "1");
    assertThat(last.readEvent("t")).isEqualTo(1);
    assertThat(server.books().sessions()).isEqualTo(1);
    assertThat(server.books().subscribers()).isEqualTo(1);
  }

  @Test
  void aTakeoverGoesAcrossDoors() {
    RawEventStream stream = server.eventStream("?topic=t&subscriber=ann");

    RawWebSocket webSocket = server.webSocket("?subscriber=ann&takeover=true");
    stream.read("error");
    stream.awaitEnd();

    server.eventStream("?topic=t&subscriber=ann&takeover=true");
    assertThat(webSocket.readClose().code()).isEqualTo(4409);
  }

  @Test
  void aTakeoverNeedsNoFreePlace() {
    server.set("limits.subscribers=1");
    RawWebSocket old = server.webSocket("?subscriber=ann");

    RawWebSocket fresh = server.webSocket("?subscriber=ann&takeover=true");

    assertThat(old.readClose().code()).isEqualTo(4409);
    server.http().get("/v1/stream?topic=t").problem(503, "overloaded");
    fresh.closeNormally();
    server.webSocket("?subscriber=bob&takeover=true");
  }
}
