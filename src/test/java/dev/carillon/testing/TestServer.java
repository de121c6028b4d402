package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.config.ConfigLoader;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import dev.carillon.gateway.Node;
import dev.carillon.gateway.NodeBooks;
import dev.carillon.hub.Ledger;
import dev.carillon.server.CarillonServer;
import dev.carillon.server.InsideServer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node in the test's own process, on a free port, started at its first use.
 *
 * <p>After every test, whatever its client did: the clients are cut off, then nobody may be
 * connected, nothing may be left behind, the books must balance and the log must show no error.
 */
public final class TestServer implements BeforeEachCallback, AfterEachCallback {
  /** Two event loops, so that what crosses loops is tested on any machine. */
  private static final List<String> DEFAULTS = List.of("http.port=0", "http.gateways=2");

  private final List<String> settings = new ArrayList<>(DEFAULTS);
  private final List<AutoCloseable> clients = new ArrayList<>();
  private final CaughtLog log = new CaughtLog();
  private final List<String> expectedErrors = new ArrayList<>();
  private @Nullable CarillonServer server;

  /** A server with settings such as {@code queue.events=4}. */
  public TestServer(String... settings) {
    set(settings);
  }

  /** More settings, before the server is used. */
  public TestServer set(String... more) {
    assertThat(server).as("started already").isNull();
    settings.addAll(List.of(more));
    return this;
  }

  /** The log must show an error that begins so, and may show it again. */
  public TestServer expectError(String beginning) {
    expectedErrors.add(beginning);
    return this;
  }

  /** Errors that the log shows so far. */
  public List<String> loggedErrors() {
    return log.errors();
  }

  // ---- clients; all of them are cut off after the test

  /** A WebSocket that has read its welcome. */
  public RawWebSocket webSocket() {
    return webSocket("");
  }

  /** A WebSocket that has read its welcome; {@code query} such as {@code ?subscriber=ann}. */
  public RawWebSocket webSocket(String query) {
    RawWebSocket opened = upgraded(RawSocket.to(port()), query);
    opened.read("welcome");
    return opened;
  }

  /**
   * The same with small buffers on the way to it, so that it is slow as soon as it does not read.
   */
  public RawWebSocket slowWebSocket() {
    RawWebSocket opened = upgraded(RawSocket.to(port(), 4096), "");
    opened.read("welcome");
    return opened;
  }

  /** A WebSocket after the handshake, whose welcome is not read yet. */
  public RawWebSocket upgraded(RawSocket socket, String query, String... headers) {
    clients.add(socket);
    RawHttp http = new RawHttp(socket);
    http.send(ClientFrames.handshake("/v1/ws" + query, headers));
    HttpAnswer answer = http.read();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(101);
    return new RawWebSocket(socket);
  }

  /** A WebSocket over {@code socket}, on which the test sends the handshake itself. */
  public RawWebSocket webSocketOver(RawSocket socket) {
    clients.add(socket);
    return new RawWebSocket(socket);
  }

  /** A connection for HTTP. */
  public RawHttp http() {
    return http(RawSocket.to(port()));
  }

  public RawHttp http(RawSocket socket) {
    clients.add(socket);
    return new RawHttp(socket);
  }

  /** An event stream that has read its welcome and that it is subscribed. */
  public RawEventStream eventStream(String query) {
    RawEventStream stream = eventStreamOver(RawSocket.to(port()), query);
    stream.read("welcome");
    stream.read("subscribed");
    return stream;
  }

  /** An event stream of which only the head has been read. */
  public RawEventStream eventStreamOver(RawSocket socket, String query, String... headers) {
    RawHttp http = http(socket);
    http.send(
        "GET /v1/stream"
            + query
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n")
            + "\r\n");
    return new RawEventStream(http);
  }

  /** Somebody else, who must not notice what the test does. */
  public Bystander bystander() {
    return new Bystander(webSocket(), webSocket());
  }

  // ---- the server

  public int port() {
    return server().port();
  }

  /** Starts draining. */
  public Future<Void> drain() {
    return server().drain();
  }

  /** Stops the server as if it were killed, and starts it anew on the same port. */
  public void restart() {
    restartOn(port());
  }

  /**
   * Stops the server as if it were killed, and starts it on another port, where its clients don't
   * find it; they do when {@code meanwhile} has run.
   */
  public void restart(Runnable meanwhile) {
    int port = port();
    restartOn(0);
    meanwhile.run();
    restartOn(port);
  }

  private void restartOn(int port) {
    get(server().close());
    server = null;
    set("http.port=" + port).port();
  }

  /** What the node holds now; fails when a queue's counts are wrong. */
  public NodeBooks books() {
    return get(NodeBooks.of(node()));
  }

  /** The ledger of a connected subscriber. */
  public Optional<Ledger> ledgerOf(String subscriber) {
    return get(NodeBooks.ledgerOf(node(), subscriber));
  }

  /** Waits until the subscribers together have been given {@code events}, or lost them. */
  public void awaitMatched(long events) {
    await()
        .atMost(RawSocket.PATIENCE)
        .untilAsserted(() -> assertThat(books().ledger().matched()).isEqualTo(events));
  }

  /** Waits until so many subscribers are left. */
  public void awaitNobodyBut(int subscribers) {
    await()
        .atMost(RawSocket.PATIENCE)
        .untilAsserted(
            () -> {
              NodeBooks books = books();
              assertThat(books.sessions()).isEqualTo(subscribers);
              assertThat(books.subscribers()).isEqualTo(subscribers);
            });
  }

  /** Waits until nobody is connected any more. */
  public void awaitNobody() {
    await()
        .atMost(RawSocket.PATIENCE)
        .untilAsserted(() -> assertThat(books()).matches(NodeBooks::isEmpty, "is empty"));
  }

  private Node node() {
    return InsideServer.node(server());
  }

  private CarillonServer server() {
    CarillonServer running = server;
    if (running == null) {
      running = get(CarillonServer.start(config()));
      server = running;
    }
    return running;
  }

  private dev.carillon.config.Config config() {
    ConfigSources sources = ConfigSources.NONE;
    for (String setting : settings) {
      sources = sources.set(setting);
    }
    ConfigOutcome outcome = ConfigLoader.load(sources);
    if (outcome instanceof ConfigOutcome.Accepted accepted) {
      return accepted.config();
    }
    throw new AssertionError(outcome.toString());
  }

  /** Nodes of a cluster that this node reaches and that reach it, itself among them. */
  int linked() {
    return NodeBooks.linked(node());
  }

  /** The server leaves its cluster without a word, as if its process had been killed. */
  void kill() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    clients.clear();
    CarillonServer killed = server();
    server = null;
    get(InsideServer.kill(killed));
  }

  /** The server stops as it should; the next use of it starts another. */
  void stop() throws Exception {
    letGo();
    CarillonServer stopped = server();
    server = null;
    get(stopped.close());
  }

  /** Cuts off the clients, and checks what is left behind. */
  void letGo() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    clients.clear();
    if (server != null) {
      awaitNobody();
      Ledger ledger = books().ledger();
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    log.open();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      letGo();
    } finally {
      log.close();
      if (server != null) {
        get(server.close());
      }
    }
    log.assertErrors(expectedErrors);
  }

  /** What a future completes with, soon. */
  public static <T extends @Nullable Object> T get(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(RawSocket.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
