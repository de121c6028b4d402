package dev.carillon.contract;

import static dev.carillon.testing.ClientFrames.BINARY;
import static dev.carillon.testing.ClientFrames.CLOSE;
import static dev.carillon.testing.ClientFrames.CONTINUATION;
import static dev.carillon.testing.ClientFrames.FIN;
import static dev.carillon.testing.ClientFrames.PING;
import static dev.carillon.testing.ClientFrames.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Bystander;
import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that RFC 6455 does not allow: the code it names, and nobody else notices. */
final class MalformedFramesTest {
  private static final int RESERVED_1 = 0x40;
  private static final byte[] PING_COMMAND = utf8("{\"type\":\"ping\",\"id\":1}");

  @RegisterExtension final TestServer server = new TestServer("limits.frameBytes=65536");

  @SuppressWarnings("ArrayRecordComponent") // A row of a table.
  private record Attack(String name, int code, byte[]... frames) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Attack> attacks() {
    return List.of(
        new Attack("unmasked", 1002, ClientFrames.unmasked(FIN | TEXT, PING_COMMAND)),
        new Attack("first reserved bit", 1002, frame(FIN | RESERVED_1 | TEXT, PING_COMMAND)),
        new Attack("second reserved bit", 1002, frame(FIN | 0x20 | TEXT, PING_COMMAND)),
        new Attack("third reserved bit", 1002, frame(FIN | 0x10 | TEXT, PING_COMMAND)),
        new Attack("reserved data opcode", 1002, frame(FIN | 0x3, PING_COMMAND)),
        new Attack("reserved control opcode", 1002, frame(FIN | 0xb, new byte[0])),
        new Attack("fragmented ping", 1002, frame(PING, new byte[0])),
        new Attack("ping of 126 bytes", 1002, frame(FIN | PING, new byte[126])),
        new Attack("continuation of nothing", 1002, frame(FIN | CONTINUATION, PING_COMMAND)),
        new Attack(
            "text within a fragmented text",
            1002,
            frame(TEXT, utf8("{")),
            frame(FIN | TEXT, PING_COMMAND)),
        new Attack("close of one byte", 1002, frame(FIN | CLOSE, new byte[] {3})),
        new Attack("close code 0", 1002, ClientFrames.close(0)),
        new Attack("close code 1005", 1002, ClientFrames.close(1005)),
        new Attack("close code 1006", 1002, ClientFrames.close(1006)),
        new Attack("close code 1016", 1002, ClientFrames.close(1016)),
        new Attack("close code 5000", 1002, ClientFrames.close(5000)),
        new Attack(
            "close reason that is not UTF-8",
            1007,
            frame(FIN | CLOSE, new byte[] {0x03, (byte) 0xe8, (byte) 0xc3, '('})),
        new Attack("text that is not UTF-8", 1007, text(0xc3, '(')),
        new Attack("overlong UTF-8", 1007, text(0xc0, 0xaf)),
        new Attack("surrogate in UTF-8", 1007, text(0xed, 0xa0, 0x80)),
        new Attack("UTF-8 beyond Unicode", 1007, text(0xf4, 0x90, 0x80, 0x80)),
        new Attack("UTF-8 that ends too early", 1007, text(0xe2, 0x82)),
        new Attack(
            "a wrong byte in a later fragment",
            1007,
            frame(TEXT, utf8("{\"type\":\"")),
            frame(CONTINUATION, new byte[] {(byte) 0xff})),
        new Attack("larger than allowed", 1009, frame(FIN | TEXT, new byte[65537])),
        new Attack(
            "a length of 2^62",
            1009,
            ClientFrames.frame(FIN | TEXT, new byte[100], 1L << 62, true)),
        new Attack(
            "a negative length", 1002, new byte[] {(byte) 0x81, -1, -1, 0, 0, 0, 0, 0, 0, 0}),
        new Attack("binary", 4400, frame(FIN | BINARY, PING_COMMAND)),
        new Attack("HTTP", 1002, utf8("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void aViolationIsClosedWithItsCodeAndNobodyElseNotices(Attack attack) {
    Bystander bystander = server.bystander();
    RawWebSocket attacker = server.webSocket().subscribe("bystander.>");

    for (byte[] frame : attack.frames()) {
      attacker.sendBytes(frame);
    }

    bystander.isServed();
    assertThat(attacker.readClose().code()).isEqualTo(attack.code());
    attacker.socket().awaitEnd();
    bystander.isServed();
    server.awaitNobodyBut(2);
  }

  @Test
  void fragmentsWithoutEndAreClosedWith1009() {
    Bystander bystander = server.bystander();
    RawWebSocket attacker = server.webSocket();
    attacker.sendBytes(frame(TEXT, utf8("{")));

    byte[] kilobyte = frame(CONTINUATION, utf8(" ".repeat(1024)));
    for (int i = 0; i < 64; i++) {
      attacker.sendBytes(kilobyte);
    }

    assertThat(attacker.readClose().code()).isEqualTo(1009);
    bystander.isServed();
  }

  @Test
  void aMessageMayComeInFragmentsWithPingsBetween() {
    RawWebSocket client = server.webSocket();

    client.sendBytes(frame(TEXT, Arrays.copyOfRange(PING_COMMAND, 0, 5)));
    client.sendBytes(frame(FIN | PING, utf8("between")));
    client.sendBytes(frame(CONTINUATION, new byte[0]));
    client.sendBytes(
        frame(FIN | CONTINUATION, Arrays.copyOfRange(PING_COMMAND, 5, PING_COMMAND.length)));

    assertThat(client.read("control-pong").getString("payload")).isEqualTo("between");
    assertThat(client.read().encode()).isEqualTo("{\"type\":\"pong\",\"id\":1}");
  }

  @Test
  void aCharacterMayBeSplitBetweenFragments() {
    RawWebSocket client = server.webSocket();
    byte[] command = utf8("{\"type\":\"ping\",\"id\":\"ä\"}");
    int middle = command.length - 3;

    client.sendBytes(frame(TEXT, Arrays.copyOfRange(command, 0, middle)));
    client.sendBytes(
        frame(FIN | CONTINUATION, Arrays.copyOfRange(command, middle, command.length)));

    assertThat(client.read("pong").getString("id")).isEqualTo("ä");
  }

  @Test
  void aFrameMayComeByteByByte() {
    RawWebSocket client = server.webSocket();

    for (byte one : frame(FIN | TEXT, PING_COMMAND)) {
      client.sendBytes(new byte[] {one});
    }

    assertThat(client.read("pong").getInteger("id")).isEqualTo(1);
  }

  @Test
  void pongsNobodyAskedForAreIgnored() {
    RawWebSocket client = server.webSocket();

    client.sendBytes(frame(FIN | ClientFrames.PONG, utf8("hello")));

    assertThat(client.call("{\"type\":\"ping\",\"id\":1}").getString("type")).isEqualTo("pong");
  }

  private static byte[] frame(int first, byte[] payload) {
    return ClientFrames.frame(first, payload);
  }

  /** A text frame with these bytes in a JSON string. */
  private static byte[] text(int... bytes) {
    byte[] payload = new byte[bytes.length + 2];
    payload[0] = '"';
    for (int i = 0; i < bytes.length; i++) {
      payload[i + 1] = (byte) bytes[i];
    }
    payload[bytes.length + 1] = '"';
    return frame(FIN | TEXT, payload);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
