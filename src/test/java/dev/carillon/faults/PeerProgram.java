package dev.carillon.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The simplest program that has something to say over TCP: serves bytes on the ports of its
 * arguments, and fetches them from others as its standard input says.
 */
final class PeerProgram {
  private PeerProgram() {}

  public static void main(String[] ports) throws IOException {
    for (String port : ports) {
      ServerSocket server = new ServerSocket(Integer.parseInt(port));
      inBackground(() -> serve(server));
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", -1);
      System.out.println(
          fetch(
              new InetSocketAddress(words[0], Integer.parseInt(words[1])),
              Integer.parseInt(words[2]),
              Integer.parseInt(words[3])));
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        inBackground(() -> answer(socket));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      int wanted = new DataInputStream(socket.getInputStream()).readInt();
      socket.getOutputStream().write(new byte[wanted]);
    } catch (IOException broken) {
      // The one that asked sees it too.
      assert broken != null;
    }
  }

  /** How many milliseconds it took, or -1 if it failed. */
  private static long fetch(InetSocketAddress from, int bytes, int timeoutMillis) {
    long start = System.nanoTime();
    try (Socket socket = new Socket()) {
      socket.connect(from, timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      new DataOutputStream(socket.getOutputStream()).writeInt(bytes);
      return socket.getInputStream().readNBytes(bytes).length == bytes
          ? (System.nanoTime() - start) / 1_000_000
          : -1;
    } catch (IOException e) {
      return -1;
    }
  }
}
