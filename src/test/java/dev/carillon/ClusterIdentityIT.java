package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.ClusterPlaces;
import dev.carillon.testing.JarServer;
import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriber ids of a cluster whose nodes freeze, come back and die. */
final class ClusterIdentityIT {
  @TempDir private Path folder;

  private final List<JarServer> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(JarServer::close);
  }

  @Test
  void idsWaitForANodeThatFreezesAndOfTwoTheNewerStaysAndThoseOfADeadNodeAreFree()
      throws Exception {
    start(2);
    RawWebSocket older = nodes.get(1).webSocket("?subscriber=ann");
    RawWebSocket other = nodes.get(1).webSocket("?subscriber=bob");

    signal("STOP", nodes.get(1));
    // Not yet taken for gone: whether the id is free nobody knows.
    RawWebSocket early = nodes.get(0).upgradedWebSocket("?subscriber=ann");
    JsonObject error = early.read("error");
    assertThat(error.getString("code")).isEqualTo("overloaded");
    assertThat(error.getBoolean("retryable")).isTrue();
    assertThat(early.readClose()).isEqualTo(new CloseFrame(4303, "overloaded"));
    nodes.get(0).http().get("/v1/stream?topic=t&subscriber=bob").problem(503, "overloaded");
    JsonObject list = get(0, "/v1/subscribers");
    assertThat(list.getJsonArray("unreachable")).isEqualTo(new JsonArray(List.of("n2")));
    assertThat(list.getJsonArray("subscribers")).isEmpty();

    RawWebSocket newer = nodes.get(0).awaitWebSocket("?subscriber=ann");
    signal("CONT", nodes.get(1));

    assertThat(older.readClose()).isEqualTo(new CloseFrame(4409, "taken over"));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(get(0, "/v1/subscribers").getJsonArray("subscribers")).hasSize(2));
    assertThat(get(1, "/v1/subscribers/ann").getString("node")).isEqualTo("n1");
    assertThat(get(0, "/v1/subscribers/bob").getString("node")).isEqualTo("n2");
    newer.subscribe("t");
    other.subscribe("t");

    // One start of the nodes for both: it takes most of the time.
    for (int i = 0; i < 30; i++) {
      // A claim may take longer than its half second while the node that was frozen catches up.
      nodes.get(1).awaitWebSocket("?subscriber=s" + i);
    }
    nodes.get(1).kill();
    nodes.get(0).awaitWebSocket("?subscriber=bob");
    for (int i = 0; i < 30; i++) {
      nodes.get(0).awaitWebSocket("?subscriber=s" + i);
    }
  }

  private void start(int count) {
    ClusterPlaces places = ClusterPlaces.of(count);
    // Together: each start takes some seconds.
    List<CompletableFuture<JarServer>> starting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> settings = new ArrayList<>(places.settings(i));
      settings.addAll(
          List.of(
              "cluster.heartbeat.within=3s", "cluster.mergeEvery=1s", "cluster.claimWithin=500ms"));
      starting.add(CompletableFuture.supplyAsync(() -> start(settings)));
    }
    starting.forEach(one -> nodes.add(one.join()));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> get(0, "/v1/ledger").getJsonArray("nodes").size() == count);
  }

  private JarServer start(List<String> settings) {
    try {
      return JarServer.start(folder, List.of("-Xmx128m"), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonObject get(int node, String path) {
    return nodes.get(node).http().get(path).json();
  }

  private static void signal(String name, JarServer node) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(node.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
