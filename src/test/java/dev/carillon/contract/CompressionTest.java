package dev.carillon.contract;

import static dev.carillon.testing.ClientFrames.CLOSE;
import static dev.carillon.testing.ClientFrames.CONTINUATION;
import static dev.carillon.testing.ClientFrames.FIN;
import static dev.carillon.testing.ClientFrames.PING;
import static dev.carillon.testing.ClientFrames.TEXT;
import static dev.carillon.testing.ClientFrames.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Bystander;
import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.Deflated;
import dev.carillon.testing.HttpAnswer;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code http.compression}: permessage-deflate (RFC 7692). */
final class CompressionTest {
  private static final String OFFER = "permessage-deflate";
  private static final int RSV1 = 0x40;
  private static final String LARGE = "{\"text\":\"" + "all the same ".repeat(100) + "\"}";

  @RegisterExtension
  final TestServer server = new TestServer("limits.frameBytes=65536", "http.compression=true");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover"
      })
  void everyMessageIsCompressedByItselfWhateverTheClientOffers(String offer) {
    Optional<String> agreed = handshake(RawSocket.to(server.port()), offer);

    assertThat(agreed).isPresent();
    assertThat(agreed.get().split("; ", -1))
        .contains("permessage-deflate", "server_no_context_takeover", "client_no_context_takeover");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-bzip2",
        "permessage-deflate; unheard_of",
        "permessage-deflate; server_max_window_bits=10"
      })
  void whatTheServerCanNotDoIsNotAgreedOn(String offer) {
    assertThat(handshake(RawSocket.to(server.port()), offer)).isEmpty();
  }

  @Test
  void compressionIsNotAgreedOnUnlessItIsOn() {
    server.set("http.compression=false");
    RawSocket socket = RawSocket.to(server.port());
    assertThat(handshake(socket, OFFER)).isEmpty();

    RawWebSocket plain = server.webSocketOver(socket);
    plain.read("welcome");
    plain.subscribe("t").publish("t", LARGE);
    assertThat(plain.read("event").getJsonObject("data")).isEqualTo(new JsonObject(LARGE));
    plain.sendBytes(frame(FIN | RSV1 | TEXT, Deflated.deflate(bytes("{\"type\":\"ping\"}"))));
    assertThat(plain.readClose().code()).isEqualTo(1002);
  }

  @Test
  void subscribersGetTheSameCompressedBytes() {
    RawWebSocket one = compressed().subscribe("t");
    RawWebSocket other = compressed().subscribe("t");
    RawWebSocket plain = server.webSocket().subscribe("t");
    plain.publish("t", LARGE);

    JsonObject event = plain.read("event");
    assertThat(event.getJsonObject("data")).isEqualTo(new JsonObject(LARGE));
    assertThat(one.read("event")).isEqualTo(event);
    assertThat(other.read("event")).isEqualTo(event);
    assertThat(one.inflated()).isEqualTo(1);
    assertThat(other.inflated()).isEqualTo(1);
    assertThat(one.lastPayload())
        .isEqualTo(other.lastPayload())
        .hasSizeLessThan(LARGE.length() / 4);
  }

  @Test
  void smallFramesStayPlainAmongCompressedOnes() {
    RawWebSocket subscriber = compressed().subscribe("t");
    RawWebSocket publisher = server.webSocket();
    for (int i = 0; i < 10; i++) {
      publisher.publish("t", i % 2 == 0 ? "" + i : LARGE);
    }

    for (int i = 0; i < 10; i++) {
      Object data = subscriber.readEvent("t");
      assertThat(data).isEqualTo(i % 2 == 0 ? i : new JsonObject(LARGE));
      assertThat(subscriber.inflated()).isEqualTo((i + 1) / 2);
    }
  }

  /** Around the sizes of the deflater's own buffer, where its output just fits. */
  @Test
  void dataOfAnySizeComeAsTheyWere() {
    RawWebSocket subscriber = compressed().subscribe("t");
    RawWebSocket publisher = server.webSocket();
    Random random = new Random(7);
    for (int size = 100; size < 16_000; size += size < 4_000 || size > 4_300 ? 997 : 1) {
      // Digits compress to about half: the output passes 4 KiB at 8 to 10 KiB of input as well.
      String data = '"' + noise(random, size) + '"';
      publisher.publish("t", data);
      assertThat('"' + (String) subscriber.readEvent("t") + '"').isEqualTo(data);
    }
    assertThat(subscriber.inflated()).isPositive();
  }

  @Test
  void clientsMayCompressToo() {
    RawWebSocket client = compressed().subscribe("t");
    byte[] publish = bytes("{\"type\":\"publish\",\"topic\":\"t\",\"data\":" + LARGE + "}");
    byte[] deflated = Deflated.deflate(publish);

    client.sendBytes(frame(FIN | RSV1 | TEXT, deflated));
    assertThat(client.readEvent("t")).isEqualTo(new JsonObject(LARGE));

    int half = deflated.length / 2;
    client.sendBytes(frame(RSV1 | TEXT, Arrays.copyOf(deflated, half)));
    client.sendBytes(frame(FIN | PING, new byte[0]));
    client.sendBytes(
        frame(FIN | CONTINUATION, Arrays.copyOfRange(deflated, half, deflated.length)));
    client.read("control-pong");
    assertThat(client.readEvent("t")).isEqualTo(new JsonObject(LARGE));

    client.sendBytes(frame(FIN | TEXT, publish));
    assertThat(client.readEvent("t")).isEqualTo(new JsonObject(LARGE));
  }

  @Test
  void aFrameThatInflatesBeyondTheLimitClosesThatConnectionOnly() {
    Bystander bystander = server.bystander();
    RawWebSocket client = compressed();
    byte[] bomb = Deflated.deflate(new byte[64 << 20]);
    assertThat(bomb.length).isLessThan(1 << 17);
    client.sendBytes(frame(RSV1 | TEXT, Arrays.copyOf(bomb, 60_000)));

    assertThat(client.readClose().code()).isEqualTo(1009);
    bystander.isServed();
  }

  @Test
  void whatInflatesToJustTheLimitIsTaken() {
    RawWebSocket client = compressed();
    String ping = "{\"type\":\"ping\",\"id\":1,\"padding\":\"";
    byte[] whole = bytes(ping + "x".repeat(65_536 - ping.length() - 2) + "\"}");
    assertThat(whole).hasSize(65_536);

    client.sendBytes(frame(FIN | RSV1 | TEXT, Deflated.deflate(whole)));
    client.read("pong");
    client.sendBytes(frame(FIN | RSV1 | TEXT, Deflated.deflate(bytes("x".repeat(65_537)))));
    assertThat(client.readClose().code()).isEqualTo(1009);
  }

  @ParameterizedTest
  @CsvSource({"0x20, 0x1", "0x10, 0x1", "0x40, 0x9", "0x40, 0xa", "0x40, 0x8", "0x60, 0x1"})
  void reservedBitsThatWereNotAgreedOnAreAViolation(String bits, String opcode) {
    Bystander bystander = server.bystander();
    RawWebSocket client = compressed();
    int first = FIN | Integer.decode(bits) | Integer.decode(opcode);
    byte[] payload =
        switch (first & 0xf) {
          case TEXT -> bytes("{\"type\":\"ping\"}");
          case CLOSE -> new byte[] {3, (byte) 0xe8};
          default -> new byte[0];
        };
    client.sendBytes(frame(first, (first & RSV1) == 0 ? payload : Deflated.deflate(payload)));

    assertThat(client.readClose().code()).isEqualTo(1002);
    bystander.isServed();
  }

  @Test
  void whatIsNoCompressedDataClosesThatConnectionOnly() {
    Bystander bystander = server.bystander();
    RawWebSocket client = compressed();
    client.sendBytes(frame(FIN | RSV1 | TEXT, bytes("this was never compressed")));

    assertThat(client.readClose().code()).isEqualTo(1002);
    bystander.isServed();
  }

  @Test
  void compressedTextMustBeUtf8() {
    RawWebSocket client = compressed();
    client.sendBytes(
        frame(FIN | RSV1 | TEXT, Deflated.deflate(new byte[] {'"', (byte) 0xff, '"'})));
    assertThat(client.readClose().code()).isEqualTo(1007);
  }

  // ---- clients

  private RawWebSocket compressed() {
    RawSocket socket = RawSocket.to(server.port());
    assertThat(handshake(socket, OFFER)).isPresent();
    RawWebSocket client = server.webSocketOver(socket).inflating();
    client.read("welcome");
    return client;
  }

  private Optional<String> handshake(RawSocket socket, String offer) {
    HttpAnswer answer =
        server
            .http(socket)
            .send(ClientFrames.handshake("/v1/ws", "Sec-WebSocket-Extensions: " + offer))
            .read();
    assertThat(answer.status()).isEqualTo(101);
    return answer.header("sec-websocket-extensions");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String noise(Random random, int size) {
    StringBuilder digits = new StringBuilder(size);
    for (int i = 0; i < size; i++) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }
}
