package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a node at random moments while publishers pour in: whatever was acknowledged is there
 * afterwards, where it was said to be, once, and in order.
 *
 * <p>{@code -Dcarillon.crashes=300} kills more often; {@code -Dcarillon.seed} repeats a run.
 */
final class CrashIT {
  private static final int IN_FLIGHT = 32;
  private static final List<String> TOPICS = List.of("kept.a", "kept.b");

  @TempDir private Path folder;

  private final int crashes = Integer.getInteger("carillon.crashes", 5);
  private final long seed = Long.getLong("carillon.seed", System.nanoTime());

  /** What was acknowledged: data by topic and offset. */
  private final Map<String, Map<Long, Integer>> acknowledged = new HashMap<>();

  private final Map<String, String> epochs = new HashMap<>();
  private int next;

  private JarServer start() throws IOException {
    return JarServer.start(
        folder,
        List.of(),
        List.of(
            "store.path=" + folder.resolve("crash.db"),
            "topics=[{\"match\":\"kept.*\",\"history\":{\"events\":10000000}}]"));
  }

  @Test
  void nothingAcknowledgedIsLostMovedOrRepeated() throws IOException, InterruptedException {
    Random random = new Random(seed);
    for (int crash = 0; crash < crashes; crash++) {
      try (JarServer server = start()) {
        check(server);
        publishUntilKilled(server, 50 + random.nextInt(400));
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", crash " + crash, e);
      }
    }
    try (JarServer server = start()) {
      check(server);
      assertThat(server.terminate()).isZero();
    }
    JarServer.Ended checked =
        JarServer.run(folder, "history", "check", folder.resolve("crash.db").toString());
    assertThat(checked.exitCode()).as(checked.toString()).isZero();
    assertThat(acknowledged.values().stream().mapToInt(Map::size).sum()).isPositive();
  }

  private void publishUntilKilled(JarServer server, int events) throws InterruptedException {
    RawWebSocket publisher = server.webSocket("");
    CountDownLatch killed = new CountDownLatch(1);
    int killAfter = events;
    int sent = 0;
    int answered = 0;
    try {
      while (true) {
        while (sent - answered < IN_FLIGHT) {
          int number = next++;
          publisher.send(
              "{\"type\":\"publish\",\"id\":"
                  + number
                  + ",\"topic\":\""
                  + TOPICS.get(number % TOPICS.size())
                  + "\",\"eventId\":\"n-"
                  + number
                  + "\",\"data\":"
                  + number
                  + "}");
          sent++;
        }
        note(publisher.read("published"));
        if (++answered == killAfter) {
          // From another thread: more answers may come while it dies.
          new Thread(
                  () -> {
                    try {
                      server.kill();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    } finally {
                      killed.countDown();
                    }
                  })
              .start();
        }
      }
    } catch (RuntimeException | AssertionError broken) {
      // The connection ends somewhere, perhaps within a frame.
      assertThat(answered).as(server.said()).isGreaterThanOrEqualTo(killAfter);
    }
    assertThat(killed.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private void note(JsonObject published) {
    int number = published.getInteger("id");
    String topic = TOPICS.get(number % TOPICS.size());
    acknowledged
        .computeIfAbsent(topic, t -> new HashMap<>())
        .put(published.getLong("offset"), number);
    String epoch = epochs.putIfAbsent(topic, published.getString("epoch"));
    assertThat(epoch == null || epoch.equals(published.getString("epoch"))).isTrue();
  }

  /** Holds the whole history to what was acknowledged. */
  private void check(JarServer server) {
    for (String topic : TOPICS) {
      Map<Long, Integer> expected = acknowledged.getOrDefault(topic, Map.of());
      Map<Long, Integer> stored = new HashMap<>();
      Set<Integer> once = new HashSet<>();
      long after = 0;
      while (true) {
        JsonObject page =
            server.http().get("/v1/topics/" + topic + "/events?limit=1000&after=" + after).json();
        JsonArray events = page.getJsonArray("events");
        if (events.isEmpty()) {
          break;
        }
        assertThat(page.getString("epoch"))
            .isEqualTo(epochs.getOrDefault(topic, page.getString("epoch")));
        for (int i = 0; i < events.size(); i++) {
          JsonObject event = events.getJsonObject(i);
          assertThat(event.getLong("offset")).isEqualTo(after + 1);
          assertThat(once.add(event.getInteger("data"))).as("stored once").isTrue();
          stored.put(++after, event.getInteger("data"));
        }
      }
      assertThat(stored).containsAllEntriesOf(expected);
    }
  }
}
