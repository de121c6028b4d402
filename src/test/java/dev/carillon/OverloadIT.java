package dev.carillon;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.JarServer;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of little heap, publishers that never wait, and subscribers that never read. */
final class OverloadIT {
  private static final Duration LOAD = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int PUBLISHERS = 4;
  private static final int SILENT = 100;
  private static final int SMALL_BUFFER = 4096;
  private static final int BATCH = 50;
  private static final int SINGLE = 8;
  private static final String DATA = "\"" + "x".repeat(1024) + "\"";

  /** Little room, so that refusals come soon: a few of the batches below for each gateway. */
  private static final List<String> SETTINGS =
      List.of(
          "http.gateways=2",
          "publish.pendingBytes=400000",
          "publish.connectionPendingBytes=100000");

  @TempDir private Path folder;

  /** What a publisher sent, and what it heard of the publishes that want an answer. */
  private record Sent(long events, Map<String, Integer> outcomes) {}

  /** What the subscriber that reads was given. */
  private record Read(long received, long announced) {}

  @Test
  void overloadCostsEventsAndNotTheNode() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (JarServer server = JarServer.start(folder, List.of("-Xmx96m"), SETTINGS)) {
      RawWebSocket control = server.webSocket("?subscriber=control").subscribe("load", "end");
      for (int i = 0; i < SILENT; i++) {
        server.webSocket("", SMALL_BUFFER).subscribe("load");
      }
      Future<Read> reading = threads.submit(() -> readToTheEnd(control));

      List<Future<Sent>> publishing = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        RawWebSocket publisher = server.webSocket("");
        publishing.add(threads.submit(() -> publish(publisher, threads)));
      }
      long sent = 0;
      Map<String, Integer> outcomes = new TreeMap<>();
      for (Future<Sent> one : publishing) {
        Sent part = one.get(LOAD.plus(PATIENCE).toSeconds(), SECONDS);
        sent += part.events();
        part.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
      }
      assertThat(outcomes).containsOnlyKeys("published", "overloaded");

      await().atMost(PATIENCE).until(() -> isSettled(server));
      JsonObject publish = ledger(server).getJsonObject("publish");
      assertThat(publish.getLong("published") + publish.getLong("refused")).isEqualTo(sent);
      server.webSocket("").publish("end", "1");
      Read read = reading.get(PATIENCE.toSeconds(), SECONDS);
      assertThat(read.received() + read.announced()).isEqualTo(publish.getLong("published"));
      assertThat(read.received()).isPositive();
      assertThat(server.isAlive()).isTrue();
      assertThat(server.said()).doesNotContain("OutOfMemoryError", "OutOfDirectMemoryError");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void onceTheLoadIsOverNothingIsHeldForIt() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (JarServer server = JarServer.start(folder, List.of("-Xmx96m"), SETTINGS)) {
      List<RawWebSocket> silent = new ArrayList<>();
      for (int i = 0; i < SILENT; i++) {
        silent.add(server.webSocket("", SMALL_BUFFER).subscribe("load"));
      }
      RawWebSocket publisher = server.webSocket("");
      threads.submit(() -> publish(publisher, threads)).get(30, SECONDS);
      assertThat(ledger(server).getLong("queued")).as("waits for the silent").isPositive();

      silent.forEach(RawWebSocket::close);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                JsonObject ledger = ledger(server);
                assertThat(ledger.getLong("queued")).isZero();
                assertThat(ledger.getLong("queuedBytes")).isZero();
                assertThat(ledger.getJsonObject("publish").getLong("bytesInFlight")).isZero();
              });
      assertThat(server.terminate()).as(server.said()).isZero();
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Sends as fast as the socket takes it, waiting for no answer: batches and single events that
   * want one, and events that are fire and forget. Another thread takes the answers meanwhile.
   */
  private static Sent publish(RawWebSocket publisher, ExecutorService threads) throws Exception {
    // Written by two threads, a pong would break a frame.
    publisher.ignorePings();
    Map<String, Integer> outcomes = new TreeMap<>();
    CountDownLatch sentAll = new CountDownLatch(1);
    AtomicInteger awaited = new AtomicInteger(1);
    Future<Integer> answers =
        threads.submit(() -> takeAnswers(publisher, outcomes, awaited, sentAll));
    long end = System.nanoTime() + LOAD.toNanos();
    long events = 0;
    for (int id = 1; System.nanoTime() < end; id += 2) {
      awaited.set(id + 2);
      publisher.sendBytes(burst(id));
      events += BATCH + 1 + SINGLE;
    }
    sentAll.countDown();
    // Makes the reader look once more, were everything else answered by now.
    publisher.send("{\"type\":\"ping\",\"id\":0}");
    assertThat(answers.get(PATIENCE.toSeconds(), SECONDS)).isEqualTo(awaited.get() - 1);
    return new Sent(events, outcomes);
  }

  private static byte[] burst(int id) {
    ByteArrayOutputStream burst = new ByteArrayOutputStream();
    String event = "{\"topic\":\"load\",\"data\":" + DATA + "}";
    burst.writeBytes(
        ClientFrames.text(
            "{\"type\":\"publish\",\"id\":"
                + id
                + ",\"events\":["
                + String.join(",", Collections.nCopies(BATCH, event))
                + "]}"));
    burst.writeBytes(
        ClientFrames.text(
            "{\"type\":\"publish\",\"id\":"
                + (id + 1)
                + ",\"topic\":\"load\",\"data\":"
                + DATA
                + "}"));
    byte[] forgotten =
        ClientFrames.text("{\"type\":\"publish\",\"topic\":\"load\",\"data\":" + DATA + "}");
    for (int i = 0; i < SINGLE; i++) {
      burst.writeBytes(forgotten);
    }
    return burst.toByteArray();
  }

  /** Reads until all is sent and each id below {@code awaited} has its answer; how many came. */
  private static int takeAnswers(
      RawWebSocket publisher,
      Map<String, Integer> outcomes,
      AtomicInteger awaited,
      CountDownLatch sentAll) {
    Set<Integer> answered = new HashSet<>();
    boolean ponged = false;
    while (!ponged || sentAll.getCount() > 0 || answered.size() < awaited.get() - 1) {
      JsonObject answer = publisher.read();
      String type = answer.getString("type");
      if (type.equals("pong")) {
        ponged = true;
      } else {
        assertThat(answered.add(answer.getInteger("id"))).as("answered once: %s", answer).isTrue();
        outcomes.merge(type.equals("error") ? answer.getString("code") : type, 1, Integer::sum);
      }
    }
    return answered.size();
  }

  private static Read readToTheEnd(RawWebSocket control) {
    long received = 0;
    long announced = 0;
    while (true) {
      JsonObject frame = control.read();
      if ("end".equals(frame.getString("topic"))) {
        assertThat(frame.getString("type")).isEqualTo("event");
        return new Read(received, announced);
      }
      if (frame.getString("type").equals("event")) {
        received++;
      } else {
        assertThat(frame.getString("type")).as(frame.encode()).isEqualTo("gap");
        announced += frame.getLong("count");
      }
    }
  }

  /** Whether nothing is on its way to the hubs, nor to the subscriber that reads. */
  private static boolean isSettled(JarServer server) {
    return ledger(server).getJsonObject("publish").getLong("bytesInFlight") == 0
        && server.http().get("/v1/subscribers/control").json().getInteger("queued") == 0;
  }

  private static JsonObject ledger(JarServer server) {
    JsonObject ledger = server.http().get("/v1/ledger").json();
    assertThat(ledger.getBoolean("balanced")).isTrue();
    return ledger.getJsonArray("nodes").getJsonObject(0);
  }
}
