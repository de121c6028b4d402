package dev.carillon.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** A TCP connection whose reads have a deadline and which can be ended in every way there is. */
public final class RawSocket implements AutoCloseable {
  /** Ample for a machine that does other things too; a test that passes never waits for it. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Socket socket;
  private final InputStream input;

  private RawSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  /** Connects to a port of this machine. */
  public static RawSocket to(int port) {
    return to(port, 0);
  }

  /** Connects over TLS to a server that shows a certificate which {@code context} trusts. */
  public static RawSocket tls(int port, SSLContext context) {
    try {
      Socket socket =
          context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout((int) PATIENCE.toMillis());
      return new RawSocket(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Connects with a receive buffer of about {@code receiveBufferBytes}, so that a client that does
   * not read is felt early; 0 for the system's own size.
   */
  public static RawSocket to(int port, int receiveBufferBytes) {
    try {
      Socket socket = new Socket();
      if (receiveBufferBytes > 0) {
        // Before connecting: the window is agreed on then.
        socket.setReceiveBufferSize(receiveBufferBytes);
      }
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      return new RawSocket(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes and flushes; waits while the server does not read. */
  public void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** Writes text in Latin-1, the alphabet of HTTP heads. */
  public void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  InputStream input() {
    return input;
  }

  /** The next byte. */
  int readByte() throws IOException {
    int read = read();
    if (read < 0) {
      throw new EOFException("the server closed the connection");
    }
    return read;
  }

  byte[] readBytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      int read;
      try {
        read = input.read(bytes, at, count - at);
      } catch (SocketTimeoutException e) {
        throw tooLong(e);
      }
      if (read < 0) {
        throw new EOFException("the server closed the connection");
      }
      at += read;
    }
    return bytes;
  }

  private int read() throws IOException {
    try {
      return input.read();
    } catch (SocketTimeoutException e) {
      throw tooLong(e);
    }
  }

  private static AssertionError tooLong(SocketTimeoutException cause) {
    return new AssertionError("nothing came within " + PATIENCE, cause);
  }

  /** Reads whatever comes until the server ends the connection, and how long that took. */
  public Duration awaitEnd() {
    long start = System.nanoTime();
    try {
      while (read() >= 0) {
        // What still comes was meant for a client that is interested.
      }
    } catch (IOException reset) {
      // An end like any other.
      assert reset != null;
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Ends the connection with a reset in place of a farewell. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Says that nothing more will be sent, and goes on reading. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
