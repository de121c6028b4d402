package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.Needs;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.Tool;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail: what can't be made durable is refused, and everything else goes on. */
final class StoreFaultsIT {
  private static final String RULES =
      "topics=[{\"match\":\"kept.*\",\"history\":{\"events\":10000000}}]";
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String FILLING = "x".repeat(20_000);

  @TempDir private Path folder;

  private static JsonObject publish(RawWebSocket publisher, String topic) {
    return publisher.call(
        "{\"type\":\"publish\",\"id\":1,\"topic\":\"" + topic + "\",\"data\":\"" + FILLING + "\"}");
  }

  private static void assertRefused(JsonObject answer) {
    assertThat(answer.getString("code")).as(answer.encode()).isEqualTo("store_unavailable");
    assertThat(answer.getBoolean("retryable")).isTrue();
  }

  private static int ready(JarServer server) {
    return server.http().get("/health/ready").status();
  }

  @Test
  @Needs(Tool.UNSHARE)
  void aFullDiskRefusesEventsUntilThereIsSpace() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    List<String> before =
        List.of(
            "unshare",
            // Not root: root in a namespace of users of its own.
            System.getProperty("user.name").equals("root") ? "-m" : "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=6m tmpfs "
                + disk
                + " && head -c 3m /dev/zero > "
                + disk
                + "/ballast && exec \"$@\"",
            "sh");
    try (JarServer server =
        JarServer.start(
            folder,
            before,
            Map.of(),
            List.of(),
            List.of(RULES, "store.path=" + disk.resolve("full.db")))) {
      RawWebSocket publisher = server.webSocket("");
      JsonObject answer = publish(publisher, "kept.a");
      long stored = 0;
      while (answer.containsKey("offset")) {
        stored = answer.getLong("offset");
        answer = publish(publisher, "kept.a");
      }
      assertThat(stored).isPositive();
      assertRefused(answer);
      assertThat(answer.getString("message")).contains("no space left");
      assertThat(ready(server)).isEqualTo(503);
      assertThat(server.http().get("/health/live").status()).isEqualTo(200);
      // Events of other topics flow on, and what is stored can be read.
      RawWebSocket subscriber = server.webSocket("").subscribe("plain");
      publish(publisher, "plain");
      subscriber.read("event");
      JsonObject history = server.http().get("/v1/topics/kept.a").json().getJsonObject("history");
      assertThat(history.getLong("last")).isEqualTo(stored);

      Path ballast = Path.of("/proc/" + server.pid() + "/root" + disk + "/ballast");
      Files.delete(ballast);
      await().atMost(SOON).until(() -> ready(server) == 200);
      assertThat(publish(publisher, "kept.a").getLong("offset")).isEqualTo(stored + 1);
    }
  }

  @Test
  @Needs(Tool.C_COMPILER)
  void afterAFailedFsyncNothingIsAcknowledgedUntilARestart()
      throws IOException, InterruptedException {
    Path shim = folder.resolve("fsync_fault.so");
    Process compiled =
        new ProcessBuilder(
                Tool.C_COMPILER.path().toString(),
                "-shared",
                "-fPIC",
                "-o",
                shim.toString(),
                Path.of("src/test/c/fsync_fault.c").toAbsolutePath().toString(),
                "-ldl")
            .inheritIO()
            .start();
    assertThat(compiled.waitFor()).isZero();
    Path fault = folder.resolve("fault");
    Path store = folder.resolve("fsync.db");
    List<Long> acknowledged = new ArrayList<>();
    try (JarServer server =
        JarServer.start(
            folder,
            List.of(),
            Map.of("LD_PRELOAD", shim.toString(), "FSYNC_FAULT_FILE", fault.toString()),
            List.of(),
            List.of(RULES, "store.path=" + store))) {
      RawWebSocket publisher = server.webSocket("");
      for (int i = 0; i < 5; i++) {
        acknowledged.add(publish(publisher, "kept.a").getLong("offset"));
      }
      Files.writeString(fault, "");
      assertRefused(publish(publisher, "kept.a"));
      assertThat(ready(server)).isEqualTo(503);
      // The disk says that all is well again; nobody believes it.
      Files.delete(fault);
      JsonObject refused = publish(publisher, "kept.a");
      assertRefused(refused);
      assertThat(refused.getString("message")).contains("fsync");
      RawWebSocket subscriber = server.webSocket("").subscribe("plain");
      publish(publisher, "plain");
      subscriber.read("event");
      assertThat(server.said()).contains("store has failed until a restart");
      server.kill();
    }
    try (JarServer server =
        JarServer.start(folder, List.of(), List.of(RULES, "store.path=" + store))) {
      assertThat(ready(server)).isEqualTo(200);
      JsonObject history = server.http().get("/v1/topics/kept.a").json().getJsonObject("history");
      assertThat(history.getLong("last"))
          .isGreaterThanOrEqualTo(acknowledged.get(acknowledged.size() - 1));
      assertThat(publish(server.webSocket(""), "kept.a").getLong("offset"))
          .isEqualTo(history.getLong("last") + 1);
    }
  }

  @Test
  void aDamagedFileIsNamedAndNotServed() throws IOException, InterruptedException {
    Path store = folder.resolve("damaged.db");
    try (JarServer server =
        JarServer.start(folder, List.of(), List.of(RULES, "store.path=" + store))) {
      RawWebSocket publisher = server.webSocket("");
      for (int i = 0; i < 20; i++) {
        publish(publisher, "kept.a");
      }
      assertThat(server.terminate()).isZero();
    }
    byte[] bytes = Files.readAllBytes(store);
    // In the middle of an event's data.
    int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("xxxx");
    bytes[at - 100] ^= 1;
    Files.write(store, bytes, StandardOpenOption.TRUNCATE_EXISTING);

    JarServer.Ended checked = JarServer.run(folder, "history", "check", store.toString());
    assertThat(checked.exitCode()).isEqualTo(1);
    assertThat(checked.err()).anyMatch(line -> line.contains("is not as it was written"));
    try (JarServer server =
        JarServer.start(folder, List.of(), List.of(RULES, "store.path=" + store))) {
      assertThat(server.http().get("/v1/topics/kept.a/events?limit=1000").status()).isEqualTo(503);
      await().atMost(SOON).until(() -> ready(server) == 503);
      assertThat(server.said()).contains(store.toString(), "is damaged");
    }

    Files.writeString(store, "this is no database\n".repeat(500));
    JarServer.Ended refused =
        JarServer.run(
            folder, "serve", "--port", "0", "--set", RULES, "--set", "store.path=" + store);
    assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
    assertThat(refused.err()).hasSize(1);
    assertThat(refused.err().get(0)).contains(store.toString(), "damaged");
  }

  @Test
  void historiesMoveFromOneStoreToAnother() throws IOException, InterruptedException {
    Path store = folder.resolve("from.db");
    try (JarServer server =
        JarServer.start(folder, List.of(), List.of(RULES, "store.path=" + store))) {
      RawWebSocket publisher = server.webSocket("");
      for (int i = 0; i < 7; i++) {
        publish(publisher, "kept.a");
      }
      assertThat(server.terminate()).isZero();
    }
    JarServer.Ended exported = JarServer.run(folder, "history", "export", store.toString());
    assertThat(exported.exitCode()).isZero();
    assertThat(exported.out()).hasSize(7);
    Path lines = folder.resolve("lines.ndjson");
    Files.write(lines, exported.out());
    for (String said : List.of("imported 7 events, 0 were", "imported 0 events, 7 were")) {
      JarServer.Ended imported =
          JarServer.run(folder, lines, "history", "import", folder.resolve("to.db").toString());
      assertThat(imported.exitCode()).as(imported.toString()).isZero();
      assertThat(imported.err().toString()).contains(said);
    }
    JarServer.Ended again =
        JarServer.run(folder, "history", "export", folder.resolve("to.db").toString());
    assertThat(again.out()).isEqualTo(exported.out());
  }
}
