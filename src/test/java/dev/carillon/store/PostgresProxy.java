package dev.carillon.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A network before a PostgreSQL server that fails in the moment of a COMMIT. */
final class PostgresProxy implements AutoCloseable {
  /** In a transaction that is to fail. */
  static final String MARK = "lost";

  private static final Pattern NAMED_COMMIT = Pattern.compile("(S_[0-9]+\\u0000)COMMIT");

  /**
   * What becomes of the COMMIT of a transaction with a {@link #MARK}, and of the connection that it
   * came by.
   */
  enum AtCommit {
    PASS,
    /** It arrives, and its answer does not. */
    LOSE_ANSWER,
    /** It does not arrive, and the server does not hear that the client is gone. */
    LOSE_COMMIT,
    /** Its answer does not arrive, and nobody gets through for a while. */
    LOSE_ANSWER_AND_NETWORK
  }

  private final ServerSocket entrance;
  private final int port;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  final AtomicInteger lost = new AtomicInteger();
  volatile AtCommit atCommit = AtCommit.PASS;
  volatile boolean closedToAll;

  PostgresProxy(int port) throws IOException {
    this.port = port;
    this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "postgres-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = entrance.accept();
        if (closedToAll) {
          client.close();
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(server);
        start(() -> toServer(client, server));
        start(() -> toClient(client, server));
      }
    } catch (IOException e) {
      // Closed.
      assert e != null;
    }
  }

  private void toServer(Socket client, Socket server) {
    byte[] bytes = new byte[1 << 16];
    try {
      InputStream from = client.getInputStream();
      OutputStream to = server.getOutputStream();
      boolean armed = false;
      String commit = "COMMIT";
      for (int read = from.read(bytes); read > 0; read = from.read(bytes)) {
        String text = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
        Matcher named = NAMED_COMMIT.matcher(text);
        if (named.find()) {
          // From now on the driver says only its name.
          commit = named.group(1);
        }
        armed |= text.contains(MARK);
        boolean commits = text.contains("COMMIT") || text.contains(commit);
        AtCommit what = atCommit;
        if (!armed || !commits || what == AtCommit.PASS) {
          to.write(bytes, 0, read);
          continue;
        }
        atCommit = AtCommit.PASS;
        closedToAll = what == AtCommit.LOSE_ANSWER_AND_NETWORK;
        client.close();
        if (what != AtCommit.LOSE_COMMIT) {
          to.write(bytes, 0, read);
        }
        lost.incrementAndGet();
        return;
      }
      server.close();
    } catch (IOException e) {
      // The other one hears of it by its own end.
      assert e != null;
    }
  }

  private static void toClient(Socket client, Socket server) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
      client.close();
    } catch (IOException e) {
      assert e != null;
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
