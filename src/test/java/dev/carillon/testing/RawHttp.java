package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** An HTTP/1.1 client that sends whatever bytes it is told to. */
public final class RawHttp implements AutoCloseable {
  private final RawSocket socket;

  RawHttp(RawSocket socket) {
    this.socket = socket;
  }

  /** Connects to a port of this machine. */
  public static RawHttp to(int port) {
    return new RawHttp(RawSocket.to(port));
  }

  public RawSocket socket() {
    return socket;
  }

  /** Sends text as it is. */
  public RawHttp send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends bytes as they are. */
  public RawHttp send(byte[] bytes) {
    try {
      socket.write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request without a body; {@code headers} are whole lines. */
  public HttpAnswer get(String target, String... headers) {
    return call("GET", target, headers);
  }

  /** Sends a request without a body. */
  public HttpAnswer call(String method, String target, String... headers) {
    send(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines(headers) + "\r\n");
    return read();
  }

  /** Posts a body. */
  public HttpAnswer post(String target, String contentType, String body, String... headers) {
    return post(target, contentType, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Posts a body. */
  public HttpAnswer post(String target, String contentType, byte[] body, String... headers) {
    byte[] head =
        ("POST "
                + target
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n")
                + "Content-Length: "
                + body.length
                + "\r\n"
                + lines(headers)
                + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return send(request).read();
  }

  private static String lines(String[] headers) {
    StringBuilder lines = new StringBuilder();
    for (String header : headers) {
      lines.append(header).append("\r\n");
    }
    return lines.toString();
  }

  /** Reads one answer to its end. */
  public HttpAnswer read() {
    try {
      HttpAnswer head = readHead();
      byte[] body;
      if (head.header("transfer-encoding").isPresent()) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
          chunks.writeBytes(chunk);
        }
        body = chunks.toByteArray();
      } else if (head.header("content-length").isPresent()) {
        body = socket.readBytes(Integer.parseInt(head.header("content-length").get()));
      } else if (head.status() == 204 || head.status() < 200) {
        body = new byte[0];
      } else {
        body = socket.input().readAllBytes();
      }
      return new HttpAnswer(
          head.status(), head.headers(), Answer.checked(new String(body, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an answer that has no body, whatever its headers say. */
  public int readStatus() {
    try {
      return readHead().status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an answer's first line and headers. */
  HttpAnswer readHead() throws IOException {
    String status = readLine();
    assertThat(status).matches("HTTP/1\\.[01] [1-5][0-9][0-9] .*");
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    return new HttpAnswer(Integer.parseInt(status.substring(9, 12)), headers, "");
  }

  /** The next chunk of a chunked body; empty at its end. */
  byte[] readChunk() throws IOException {
    int size = Integer.parseInt(readLine(), 16);
    byte[] chunk = socket.readBytes(size);
    assertThat(readLine()).as("the end of a chunk").isEmpty();
    return chunk;
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = socket.readByte(); next != '\n'; next = socket.readByte()) {
      line.append((char) next);
      if (line.length() > 1 << 16) {
        throw new EOFException("a line without end");
      }
    }
    assertThat(line).as("lines end in CRLF").endsWith("\r");
    return line.substring(0, line.length() - 1);
  }

  @Override
  public void close() {
    socket.close();
  }
}
