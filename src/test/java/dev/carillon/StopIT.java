package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node ends when it is told to, as a process. */
final class StopIT {
  private static final Duration DRAIN = Duration.ofSeconds(4);

  /** The end of a JVM on a machine that does other things too. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private static final int ENDED_BY_SECOND_SIGNAL = 130;

  @TempDir private Path folder;

  @Test
  void sigtermDrainsAndExitsInTime() throws IOException, InterruptedException {
    try (JarServer server =
        JarServer.start(folder, List.of(), List.of("drain=" + DRAIN.toSeconds() + "s"))) {
      List<RawWebSocket> subscribers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        subscribers.add(server.webSocket("").subscribe("stop"));
      }
      RawWebSocket publisher = server.webSocket("");
      assertThat(server.http().get("/health/ready").status()).isEqualTo(200);

      long signalled = System.nanoTime();
      server.signal();
      await()
          .atMost(DRAIN)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> server.http().get("/health/ready").status() == 503);
      assertThat(server.http().get("/health/live").status()).isEqualTo(200);
      for (int i = 0; i < 10; i++) {
        publisher.publish("stop", "" + i);
      }

      List<Integer> delays = new ArrayList<>();
      for (RawWebSocket subscriber : subscribers) {
        JsonObject goaway = subscriber.read("goaway");
        assertThat(goaway.getString("reason")).isEqualTo("draining");
        delays.add(goaway.getInteger("reconnectAfterMs"));
        for (int i = 0; i < 10; i++) {
          assertThat(subscriber.read("event").getInteger("data")).isEqualTo(i);
        }
      }
      assertThat(delays).allMatch(ms -> ms > 0 && ms <= DRAIN.toMillis());
      assertThat(delays.stream().distinct().count()).as("jitter %s", delays).isGreaterThan(10);
      for (RawWebSocket subscriber : subscribers) {
        assertThat(subscriber.readClose().code()).isEqualTo(1012);
      }
      assertThat(server.awaitExit()).as(server.said()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - signalled)).isLessThan(DRAIN.plus(SLACK));
    }
  }

  @Test
  void withoutClientsItDoesNotWait() throws IOException, InterruptedException {
    try (JarServer server = JarServer.start(folder, List.of(), List.of("drain=1m"))) {
      long signalled = System.nanoTime();
      assertThat(server.terminate()).as(server.said()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - signalled)).isLessThan(SLACK.plus(SLACK));
    }
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws IOException, InterruptedException {
    try (JarServer server = JarServer.start(folder, List.of(), List.of("drain=1m"))) {
      RawWebSocket subscriber = server.webSocket("").subscribe("stop");
      server.signal();
      subscriber.read("goaway");

      long signalled = System.nanoTime();
      server.signal();
      assertThat(server.awaitExit()).as(server.said()).isEqualTo(ENDED_BY_SECOND_SIGNAL);
      assertThat(Duration.ofNanos(System.nanoTime() - signalled)).isLessThan(SLACK);
    }
  }
}
