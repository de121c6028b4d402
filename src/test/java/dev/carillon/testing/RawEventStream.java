package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A client of Server-Sent Events that reads only when it is told to. */
public final class RawEventStream implements AutoCloseable {
  private final RawHttp http;
  private final HttpAnswer head;
  private final boolean chunked;
  private byte[] chunk = new byte[0];
  private int at;
  private int comments;
  private boolean ended;

  /**
   * A block of the stream.
   *
   * @param event its {@code event} line
   * @param data its {@code data} line
   */
  public record Block(String event, String data) {
    /** The data as an object whose type is the block's. */
    public JsonObject json() {
      JsonObject json = new JsonObject(data);
      assertThat(json.getString("type")).isEqualTo(event);
      return json;
    }
  }

  /** The stream that answers the request just sent. */
  public static RawEventStream of(RawHttp http) {
    return new RawEventStream(http);
  }

  RawEventStream(RawHttp http) {
    try {
      this.http = http;
      this.head = http.readHead();
      this.chunked = head.header("transfer-encoding").isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public HttpAnswer head() {
    return head;
  }

  public RawSocket socket() {
    return http.socket();
  }

  /** Comment lines so far. */
  public int comments() {
    return comments;
  }

  /** The next block's object, which must be of this type. */
  public JsonObject read(String type) {
    Block block = read();
    assertThat(block.event()).as(block.data()).isEqualTo(type);
    return block.json();
  }

  /** The next block. */
  public Block read() {
    String event = "";
    String data = "";
    while (true) {
      String line = readLine();
      assertThat(ended).as("the stream ended").isFalse();
      if (line.startsWith(":")) {
        comments++;
      } else if (line.startsWith("event: ")) {
        event = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        data = line.substring("data: ".length());
      } else if (line.startsWith("id: ")) {
        assertThat(event + data).as("an id is a block of its own").isEmpty();
      } else if (line.isEmpty() && !data.isEmpty()) {
        return new Block(event, Answer.checked(data));
      } else {
        assertThat(line).as("a line of no known kind").isEmpty();
      }
    }
  }

  /** Reads on until a block that says where the stream is; gives its id. */
  public String awaitId() {
    while (true) {
      String line = readLine();
      assertThat(ended).as("the stream ended").isFalse();
      if (line.startsWith("id: ")) {
        return line.substring("id: ".length());
      }
    }
  }

  /** Reads on until a comment line. */
  public void awaitComment() {
    int before = comments;
    while (comments == before) {
      String line = readLine();
      assertThat(ended).as("the stream ended").isFalse();
      if (line.startsWith(":")) {
        comments++;
      }
    }
  }

  /** Reads on until the stream's regular end. */
  public void awaitEnd() {
    while (!ended) {
      readLine();
    }
  }

  private String readLine() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = next(); next >= 0; next = next()) {
        if (next == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        assertThat(next).as("lines end in LF").isNotEqualTo('\r');
        line.write(next);
      }
      ended = true;
      return line.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int next() throws IOException {
    if (!chunked) {
      return http.socket().input().read();
    }
    if (at == chunk.length) {
      chunk = http.readChunk();
      at = 0;
    }
    return chunk.length == 0 ? -1 : chunk[at++] & 0xff;
  }

  @Override
  public void close() {
    http.close();
  }
}
