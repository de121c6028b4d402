package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connecting: {@code GET /v1/ws}. */
final class WelcomeTest {
  @RegisterExtension final TestServer server = new TestServer("node=north");

  @Test
  void welcomeNamesTheSubscriberTheNodeAndTheQueue() {
    RawWebSocket client = server.upgraded(RawSocket.to(server.port()), "");

    JsonObject welcome = client.read("welcome");

    assertThat(welcome.fieldNames()).containsExactly("type", "subscriber", "node", "queue");
    assertThat(welcome.getString("subscriber")).startsWith("s-");
    assertThat(welcome.getString("node")).isEqualTo("north");
    assertThat(welcome.getJsonObject("queue").getMap())
        .containsExactly(
            org.assertj.core.data.MapEntry.entry("capacity", 256),
            org.assertj.core.data.MapEntry.entry("overflow", "drop-newest"));
  }

  @Test
  void welcomeTellsTheQueueThatIsConfigured() {
    server.set("queue.events=7", "queue.overflow=conflate");
    RawWebSocket client = server.upgraded(RawSocket.to(server.port()), "");

    assertThat(client.read("welcome").getJsonObject("queue"))
        .isEqualTo(new JsonObject("{\"capacity\":7,\"overflow\":\"conflate\"}"));
  }

  @Test
  void subscribersWithoutAWishGetDifferentIds() {
    RawWebSocket one = server.upgraded(RawSocket.to(server.port()), "");
    RawWebSocket two = server.upgraded(RawSocket.to(server.port()), "");

    assertThat(one.read("welcome").getString("subscriber"))
        .isNotEqualTo(two.read("welcome").getString("subscriber"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ann", "a", "A.b_c:d@e-9", "x%2Ey"})
  void aWishedIdIsGranted(String wished) {
    RawWebSocket client = server.upgraded(RawSocket.to(server.port()), "?subscriber=" + wished);

    assertThat(client.read("welcome").getString("subscriber"))
        .isEqualTo(wished.replace("%2E", "."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a%20b", "%22", "a/b", "%C3%A4", "%0a", "%00", "<b>"})
  void anIdOutsideTheAllowedIsRefusedBeforeTheHandshake(String wished) {
    refused(ClientFrames.handshake("/v1/ws?subscriber=" + wished)).problem(400, "bad_request");
  }

  @Test
  void anIdThatIsTooLongIsRefused() {
    refused(ClientFrames.handshake("/v1/ws?subscriber=" + "x".repeat(129)))
        .problem(400, "bad_request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%zz", "%4"})
  void aQueryThatCanNotBeDecodedIsRefused(String text) {
    refused(ClientFrames.handshake("/v1/ws?subscriber=" + text)).problem(400, "bad_request");
    refused("GET /v1/stream?topic=" + text + " HTTP/1.1\r\nHost: h\r\n\r\n")
        .problem(400, "bad_request");
  }

  @Test
  void aPlainRequestIsToldToUpgrade() {
    HttpAnswer answer = refused("GET /v1/ws HTTP/1.1\r\nHost: h\r\n\r\n");

    answer.problem(426, "bad_request");
    assertThat(answer.header("upgrade")).hasValue("websocket");
    assertThat(answer.header("sec-websocket-version")).hasValue("13");
  }

  @Test
  void anotherVersionIsToldTheRightOne() {
    String handshake = ClientFrames.handshake("/v1/ws").replace("Version: 13", "Version: 8");

    HttpAnswer answer = refused(handshake);

    answer.problem(426, "bad_request");
    assertThat(answer.header("sec-websocket-version")).hasValue("13");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "not base64 at all!!!!!!"})
  void aKeyThatIsNotSixteenBytesIsRefused(String key) {
    refused(ClientFrames.handshake("/v1/ws").replaceFirst("Key: .*", "Key: " + key))
        .problem(400, "bad_request");
  }

  @Test
  void aHandshakeIsRefusedWithAnotherMethodOrABody() {
    refused(ClientFrames.handshake("/v1/ws").replaceFirst("GET", "POST"))
        .problem(405, "bad_request");
    refused(ClientFrames.handshake("/v1/ws", "Content-Length: 2") + "hi")
        .problem(400, "bad_request");
    refused(ClientFrames.handshake("/v1/ws").replaceFirst("HTTP/1.1", "HTTP/1.0"))
        .problem(400, "bad_request");
  }

  private HttpAnswer refused(String request) {
    return server.http().send(request).read();
  }
}
