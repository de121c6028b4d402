package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With an {@code id} a frame is answered by exactly one frame that echoes it. */
final class CommandIdTest {
  @RegisterExtension final TestServer server = new TestServer();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "0",
        "-1",
        "1e3",
        "1.50",
        "12345678901234567890",
        "\"a\"",
        "\"\"",
        "\"\\u0041\\n\"",
        "\"ä😀\"",
        "\"5\"",
        "\"\\ud800\""
      })
  void everyAnswerEchoesTheIdAsItWasSent(String id) {
    RawWebSocket client = server.webSocket();
    String withId = "\"id\":" + id;

    assertThat(ask(client, "{\"type\":\"ping\"," + withId + "}"))
        .isEqualTo("{\"type\":\"pong\"," + withId + "}");
    assertThat(ask(client, "{" + withId + ",\"type\":\"subscribe\",\"topics\":[\"t\"]}"))
        .startsWith("{\"type\":\"subscribed\"," + withId + ",");
    assertThat(ask(client, "{\"type\":\"unsubscribe\",\"topics\":[\"t\"]," + withId + "}"))
        .isEqualTo("{\"type\":\"unsubscribed\"," + withId + "}");
    assertThat(ask(client, "{\"type\":\"publish\",\"topic\":\"t\",\"data\":1," + withId + " }"))
        .startsWith("{\"type\":\"published\"," + withId + ",\"eventId\":");
    assertThat(
            ask(
                client,
                "{\"type\":\"publish\",\"events\":[{\"topic\":\"t\",\"data\":1}]," + withId + "}"))
        .startsWith("{\"type\":\"published\"," + withId + ",\"events\":");
    assertThat(ask(client, "{\"type\":\"nonsense\"," + withId + "}"))
        .startsWith("{\"type\":\"error\"," + withId + ",\"code\":\"bad_request\"");
  }

  private static String ask(RawWebSocket client, String command) {
    return client.send(command).readText();
  }

  @Test
  void aPingWithoutIdIsAnsweredWithoutOne() {
    assertThat(server.webSocket().send("{\"type\":\"ping\"}").readText())
        .isEqualTo("{\"type\":\"pong\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "true", "[]", "{}", "[1]"})
  void anIdIsANumberOrAString(String id) {
    RawWebSocket client = server.webSocket();

    client.send("{\"type\":\"ping\",\"id\":" + id + "}");

    assertThat(client.read("error").containsKey("id")).isFalse();
    assertThat(client.readClose().code()).isEqualTo(4400);
  }

  @Test
  void anIdHasAtMost128Bytes() {
    RawWebSocket client = server.webSocket();
    String longest = "\"" + "x".repeat(126) + "\"";

    client.send("{\"type\":\"ping\",\"id\":" + longest + "}");
    assertThat(client.readText()).isEqualTo("{\"type\":\"pong\",\"id\":" + longest + "}");

    client.send("{\"type\":\"ping\",\"id\":\"" + "x".repeat(127) + "\"}");
    assertThat(client.read("error").getString("code")).isEqualTo("bad_request");
    assertThat(client.readClose().code()).isEqualTo(4400);
  }

  @Test
  void fieldsThatNobodyKnowsAreIgnored() {
    RawWebSocket client = server.webSocket();

    assertThat(
            client
                .call("{\"type\":\"ping\",\"id\":1,\"more\":{\"a\":[1,\"x\"]},\"z\":null}")
                .getString("type"))
        .isEqualTo("pong");
  }

  @Test
  void aWebSocketPingIsAnsweredToo() {
    RawWebSocket client = server.webSocket();

    client.sendBytes(ClientFrames.frame(0x89, "hi".getBytes(StandardCharsets.UTF_8)));

    assertThat(client.read("control-pong").getString("payload")).isEqualTo("hi");
  }
}
