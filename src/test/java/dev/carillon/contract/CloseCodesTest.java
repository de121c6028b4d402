package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Why the server closes a WebSocket; 4313, 4329, 4409, 1009 and 1012 have tests where they belong.
 */
final class CloseCodesTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void aClientThatClosesGetsItsOwnCodeBack() {
    assertThat(server.webSocket().closeNormally()).isEqualTo(new CloseFrame(1000, ""));

    RawWebSocket without = server.webSocket();
    without.sendBytes(ClientFrames.frame(ClientFrames.FIN | ClientFrames.CLOSE, new byte[0]));
    assertThat(without.readClose()).isEqualTo(new CloseFrame(1005, ""));

    RawWebSocket own = server.webSocket();
    own.sendBytes(ClientFrames.close(4999));
    assertThat(own.readClose()).isEqualTo(new CloseFrame(4999, ""));
    own.socket().awaitEnd();
  }

  @Test
  void aClientThatAnswersNoPingIsClosedWith4308() {
    server.set("http.pingSeconds=1", "http.idleSeconds=2");
    RawWebSocket dead = server.webSocket().subscribe("t");
    dead.ignorePings();
    RawWebSocket alive = server.webSocket().subscribe("t");

    CompletableFuture<CloseFrame> closed = CompletableFuture.supplyAsync(dead::readClose);
    do {
      alive.publish("t", "1");
      assertThat(alive.readEvent("t")).isEqualTo(1);
    } while (!closed.isDone());

    assertThat(closed.join()).isEqualTo(new CloseFrame(4308, "idle or no pong"));
    assertThat(dead.pings()).isPositive();
  }

  @Test
  void aClientThatOnlyAnswersPingsIsKept() {
    server.set("http.pingSeconds=1", "http.idleSeconds=2");
    RawWebSocket quiet = server.webSocket().subscribe("end");
    RawWebSocket other = server.webSocket();

    while (quiet.pings() < 4) {
      other.publish("end", "1");
      quiet.readEvent("end");
    }
    assertThat(quiet.call("{\"type\":\"ping\",\"id\":1}").getString("type")).isEqualTo("pong");
  }

  @Test
  void anEventStreamWhoseClientTakesNothingIsEnded() {
    server.set("http.pingSeconds=1", "http.idleSeconds=2", "http.sendBufferBytes=4096");
    RawEventStream stuck = server.eventStreamOver(RawSocket.to(server.port(), 4096), "?topic=t");
    Feed.publish(server.webSocket(), "t", 0, 20, 8 * 1024);

    server.awaitNobodyBut(1);
    assertThat(stuck.head().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[]",
        "5",
        "null",
        "\"text\"",
        "{}{}",
        "{\"type\":\"ping\"} x",
        "{\"type\":\"ping\",}",
        "{'type':'ping'}",
        "{\"type\":\"ping\"",
        "{\"type\":ping}",
        "{\"type\":\"ping\",\"id\":01}",
        "{\"type\":\"ping\",\"id\":NaN}",
        "{\"type\":\"ping\",\"x\":\"\u0000\"}",
        "// {\"type\":\"ping\"}",
        "{}",
        "{\"type\":5}",
        "{\"type\":null}",
        "{\"type\":\"Ping\"}",
        "{\"type\":\"welcome\"}",
        "{\"type\":\"publish\"}",
        "{\"type\":\"publish\",\"topic\":\"a..b\",\"data\":1}",
        "{\"type\":\"subscribe\"}",
        "{\"type\":\"subscribe\",\"topics\":[\"\"]}",
        "{\"type\":\"unsubscribe\",\"topics\":[\"t\"]}",
      })
  void aFrameThatIsNoCommandIsToldAndClosedWith4400(String frame) {
    RawWebSocket client = server.webSocket();

    client.send(frame);

    JsonObject error = client.read("error");
    assertThat(error.containsKey("id")).isFalse();
    assertThat(error.getString("message")).isNotBlank();
    assertThat(error.getBoolean("retryable")).isFalse();
    assertThat(client.readClose()).isEqualTo(new CloseFrame(4400, "bad frame"));
    client.socket().awaitEnd();
  }

  @Test
  void aCommandWithAnIdThatFailsClosesNothing() {
    RawWebSocket client = server.webSocket();

    for (String command :
        new String[] {
          "{\"id\":1}",
          "{\"id\":1,\"type\":5}",
          "{\"id\":1,\"type\":\"Ping\"}",
          "{\"id\":1,\"type\":\"publish\"}",
          "{\"id\":1,\"type\":\"publish\",\"topic\":\"t\",\"data\":1,\"key\":[]}",
        }) {
      assertThat(client.call(command).getString("code")).isEqualTo("bad_request");
    }
    assertThat(client.call("{\"type\":\"ping\",\"id\":1}").getString("type")).isEqualTo("pong");
  }

  @Test
  void aBinaryFrameIsToldAndClosedWith4400() {
    RawWebSocket client = server.webSocket();

    client.sendBytes(
        ClientFrames.frame(
            ClientFrames.FIN | ClientFrames.BINARY,
            "{\"type\":\"ping\",\"id\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

    assertThat(client.read("error").getString("code")).isEqualTo("bad_request");
    assertThat(client.readClose().code()).isEqualTo(4400);
  }

  @Test
  void deepNestingIsToldAndClosedWith4400() {
    RawWebSocket client = server.webSocket();

    client.send("{\"type\":\"publish\",\"topic\":\"t\",\"data\":" + "[".repeat(10_000));

    assertThat(client.read("error").getString("message")).contains("64");
    assertThat(client.readClose().code()).isEqualTo(4400);
  }

  @Test
  void whatCameBeforeABadFrameIsDoneAndWhatComesAfterIsNot() {
    RawWebSocket client = server.webSocket();
    RawWebSocket witness = server.webSocket().subscribe("t");

    client.sendBytes(
        SubscribeTest.joined(
            "{\"type\":\"publish\",\"id\":1,\"topic\":\"t\",\"data\":1}",
            "bad",
            "{\"type\":\"publish\",\"id\":2,\"topic\":\"t\",\"data\":2}"));

    assertThat(client.read("published").getInteger("id")).isEqualTo(1);
    client.read("error");
    assertThat(client.readClose().code()).isEqualTo(4400);
    assertThat(witness.readEvent("t")).isEqualTo(1);
    witness.publish("t", "3");
    assertThat(witness.readEvent("t")).isEqualTo(3);
  }
}
