package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * A WebSocket client that sends whatever bytes it is told to and reads only when it is told to.
 *
 * <p>Answers pings while it reads, and holds every frame of the server to RFC 6455: whole,
 * unmasked, without reserved bits, in valid UTF-8.
 */
public final class RawWebSocket implements AutoCloseable {
  private static final int COMPRESSED = 0x40;

  private final RawSocket socket;
  private final ArrayDeque<String> setAside = new ArrayDeque<>();
  private int commands;
  private int pings;
  private boolean answersPings = true;
  private boolean inflates;
  private int inflated;
  private byte[] payload = new byte[0];

  RawWebSocket(RawSocket socket) {
    this.socket = socket;
  }

  /** Connects to a port of this machine; the welcome is yet to be read. */
  public static RawWebSocket to(int port) {
    RawHttp http = RawHttp.to(port);
    HttpAnswer answer = http.send(ClientFrames.handshake("/v1/ws")).read();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(101);
    return new RawWebSocket(http.socket());
  }

  /** The connection below. */
  public RawSocket socket() {
    return socket;
  }

  /** How many pings came so far. */
  public int pings() {
    return pings;
  }

  /** From now on the client looks dead to the server, although it reads. */
  public void ignorePings() {
    answersPings = false;
  }

  /** From now on frames may be compressed, each by itself (RFC 7692). */
  public RawWebSocket inflating() {
    inflates = true;
    return this;
  }

  /** How many compressed frames came so far. */
  public int inflated() {
    return inflated;
  }

  /** The payload of the last frame as it came. */
  public byte[] lastPayload() {
    return payload.clone();
  }

  // ---- sending

  /** Sends bytes as they are. */
  public RawWebSocket sendBytes(byte[] bytes) {
    try {
      socket.write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one text frame. */
  public RawWebSocket send(String json) {
    return sendBytes(ClientFrames.text(json));
  }

  /** Sends a command with an {@code id} and gives its answer; events wait for {@link #read()}. */
  public JsonObject call(String json) {
    Object id = new JsonObject(json).getValue("id");
    send(json);
    while (true) {
      String frame = readFrame();
      JsonObject answer = new JsonObject(frame);
      if (id.equals(answer.getValue("id")) && !"event".equals(answer.getString("type"))) {
        return answer;
      }
      setAside.add(frame);
    }
  }

  /** Subscribes and waits for the answer. */
  public RawWebSocket subscribe(String... topics) {
    String id = "s" + ++commands;
    JsonObject command =
        new JsonObject()
            .put("type", "subscribe")
            .put("id", id)
            .put("topics", new JsonArray(List.of(topics)));
    assertThat(call(command.encode()).getString("type")).isEqualTo("subscribed");
    return this;
  }

  /** Unsubscribes and waits for the answer. */
  public RawWebSocket unsubscribe(String topic) {
    String id = "u" + ++commands;
    JsonObject answer =
        call("{\"type\":\"unsubscribe\",\"id\":\"" + id + "\",\"topics\":[\"" + topic + "\"]}");
    assertThat(answer.getString("type")).isEqualTo("unsubscribed");
    return this;
  }

  /** Publishes and waits for the answer, which is the event's id. */
  public String publish(String topic, String data) {
    String id = "p" + ++commands;
    JsonObject answer =
        call(
            "{\"type\":\"publish\",\"id\":\""
                + id
                + "\",\"topic\":\""
                + topic
                + "\",\"data\":"
                + data
                + "}");
    assertThat(answer.getString("type")).as(answer.encode()).isEqualTo("published");
    return answer.getString("eventId");
  }

  // ---- reading

  /** The next frame as an object. */
  public JsonObject read() {
    return new JsonObject(readText());
  }

  /** The next frame, which must be of this type. */
  public JsonObject read(String type) {
    JsonObject frame = read();
    assertThat(frame.getString("type")).as(frame.encode()).isEqualTo(type);
    return frame;
  }

  /** The data of the next frame, which must be an event of this topic. */
  public Object readEvent(String topic) {
    JsonObject event = read("event");
    assertThat(event.getString("topic")).isEqualTo(topic);
    return event.getValue("data");
  }

  /** The next frame's text as it came. */
  public String readText() {
    return setAside.isEmpty() ? readFrame() : setAside.remove();
  }

  /** Reads on until the server closes, and answers it; what comes before is of no interest. */
  public CloseFrame readClose() {
    while (true) {
      Optional<CloseFrame> close = readUntilTextOrClose();
      if (close.isPresent()) {
        answerClose();
        return close.get();
      }
    }
  }

  private void answerClose() {
    try {
      socket.write(ClientFrames.close(1000));
    } catch (IOException alreadyClosed) {
      // The server need not wait for the answer.
      assert alreadyClosed != null;
    }
  }

  private String text = "";

  private String readFrame() {
    Optional<CloseFrame> close = readUntilTextOrClose();
    assertThat(close).as("the server closed the WebSocket").isEmpty();
    return text;
  }

  private Optional<CloseFrame> readUntilTextOrClose() {
    try {
      while (true) {
        int first = socket.readByte();
        payload = socket.readBytes(length(socket.readByte()));
        boolean compressed = inflates && (first & 0x7f) == (COMPRESSED | ClientFrames.TEXT);
        assertThat(first & 0x70).as("reserved bits").isEqualTo(compressed ? COMPRESSED : 0);
        assertThat(first & ClientFrames.FIN).as("frames are whole").isNotZero();
        switch (first & 0xf) {
          case ClientFrames.TEXT -> {
            text = Answer.checked(utf8(compressed ? Deflated.inflate(payload) : payload));
            inflated += compressed ? 1 : 0;
            return Optional.empty();
          }
          case ClientFrames.CLOSE -> {
            return Optional.of(close(payload));
          }
          case ClientFrames.PING -> {
            pings++;
            if (answersPings) {
              socket.write(ClientFrames.frame(ClientFrames.FIN | ClientFrames.PONG, payload));
            }
          }
          case ClientFrames.PONG -> {
            text = "{\"type\":\"control-pong\",\"payload\":\"" + utf8(payload) + "\"}";
            return Optional.empty();
          }
          default -> throw new AssertionError("a frame of opcode " + (first & 0xf));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int length(int second) throws IOException {
    assertThat(second & 0x80).as("the server's frames are not masked").isZero();
    if (second < 126) {
      return second;
    }
    return second == 126
        ? socket.readByte() << 8 | socket.readByte()
        : Math.toIntExact(ByteBuffer.wrap(socket.readBytes(8)).getLong());
  }

  private static CloseFrame close(byte[] payload) throws IOException {
    if (payload.length == 0) {
      return new CloseFrame(1005, "");
    }
    ByteBuffer buffer = ByteBuffer.wrap(payload);
    int code = buffer.getShort() & 0xffff;
    byte[] reason = new byte[buffer.remaining()];
    buffer.get(reason);
    return new CloseFrame(code, Answer.checked(utf8(reason)));
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /** Closes as a client should: with a close frame, reading until the server has answered it. */
  public CloseFrame closeNormally() {
    sendBytes(ClientFrames.close(1000));
    CloseFrame answer = readClose();
    socket.awaitEnd();
    close();
    return answer;
  }

  /** Ends the connection without a word. */
  @Override
  public void close() {
    socket.close();
  }
}
