package dev.carillon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A web site that has nothing to do with Carillon: an empty page, and a request that hangs. */
public final class OtherSite implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  public OtherSite() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, "<!doctype html><title>page</title>"));
    server.createContext("/hold", this::hold);
    server.start();
  }

  /** As browsers send it. */
  public String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What a page fetches to hang; any page may. */
  public String holdUrl() {
    return origin() + "/hold";
  }

  /** Waits until somebody hangs. */
  public void awaitHeld() throws InterruptedException {
    assertThat(held.await(RawSocket.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
  }

  /** Answers who hangs. */
  public void release() {
    released.countDown();
  }

  private void hold(HttpExchange exchange) throws IOException {
    held.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
    answer(exchange, "");
  }

  private static void answer(HttpExchange exchange, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/html");
      exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
