package dev.carillon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.testing.JarServer;
import dev.carillon.testing.JarServer.Ended;
import dev.carillon.testing.Needs;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.Readme;
import dev.carillon.testing.TestServer;
import dev.carillon.testing.Tool;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as the README starts and uses it. */
final class JarIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void servesInASmallHeapAndEndsWellWhenItIsTold() throws IOException, InterruptedException {
    try (JarServer server = JarServer.start(folder, "-Xmx64m")) {
      Vertx vertx = Vertx.vertx();
      try {
        ClientOptions options = ClientOptions.of(server.url());
        CarillonClient client = TestServer.get(CarillonClient.builder(vertx, options).connect());
        List<String> received = new CopyOnWriteArrayList<>();
        TestServer.get(client.subscribe(List.of("jar.>"), event -> received.add(event.dataJson())));
        for (int i = 0; i < 100; i++) {
          TestServer.get(client.publish("jar.t", new JsonObject().put("n", i)));
        }
        await().atMost(PATIENCE).until(() -> received.size() == 100);
        assertThat(received)
            .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "{\"n\":" + i + "}").toList());
      } finally {
        TestServer.get(vertx.close());
      }
      assertThat(server.terminate()).as(server.said()).isZero();
    }
  }

  @Test
  void twoHundredSubscribersFitASmallHeap() throws IOException {
    int events = 50;
    try (JarServer server = JarServer.start(folder, "-Xmx64m")) {
      List<RawWebSocket> subscribers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        subscribers.add(server.webSocket("").subscribe("small.>"));
      }
      RawWebSocket publisher = server.webSocket("");
      for (int i = 0; i < events; i++) {
        publisher.publish("small.t", "\"" + i + " " + "x".repeat(1024) + "\"");
      }
      for (RawWebSocket subscriber : subscribers) {
        for (int i = 0; i < events; i++) {
          assertThat(subscriber.read("event").getString("data")).startsWith(i + " ");
        }
      }
      assertThat(server.said()).doesNotContain("OutOfMemoryError");
    }
  }

  /** An idle core takes less than 1.5 s, which bench/start measures; here other tests run too. */
  @Test
  void startsSoon() throws IOException {
    try (JarServer server = JarServer.start(folder)) {
      assertThat(server.startTook()).isLessThan(Duration.ofSeconds(6));
    }
  }

  @Test
  void startsFromAnArchiveOfItsClasses() throws IOException, InterruptedException {
    Path archive = folder.resolve("carillon.jsa");
    Ended made = JarServer.run(folder, "archive", archive.toString());
    assertThat(made.exitCode()).as(made.err().toString()).isZero();
    assertThat(made.out())
        .containsExactly(
            "java -XX:SharedArchiveFile=" + archive + " -jar " + JarServer.jar() + " serve");

    Path loaded = folder.resolve("loaded.log");
    try (JarServer server =
        JarServer.start(
            folder, "-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + loaded)) {
      server.webSocket("").subscribe("archive.t");
    }
    assertThat(loaded).content().contains("dev.carillon.hub.Hub source: shared objects file (top)");
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLine() throws IOException, InterruptedException {
    try (JarServer server = JarServer.start(folder)) {
      Ended second = JarServer.run(folder, "serve", "--port", "" + server.port());
      assertThat(second.exitCode()).isEqualTo(2);
      assertThat(second.out()).isEmpty();
      assertThat(second.err())
          .singleElement(STRING)
          .startsWith("http.port = " + server.port() + ": can't listen")
          .endsWith("take a free port, or 0 for any");
    }
  }

  @Test
  void eachConfigMistakeIsOneLineWithoutAStackTrace() throws IOException, InterruptedException {
    Path file = folder.resolve("carillon.json");
    Files.writeString(file, "{\"queue\": {\"evnts\": 3}, \"drain\": \"soon\"}");
    Ended ended = JarServer.run(folder, "serve", "-c", file.toString(), "--set", "http.port=70000");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).startsWith("queue.evnts").contains("queue.events"))
        .anySatisfy(line -> assertThat(line).startsWith("drain = \"soon\""))
        .anySatisfy(line -> assertThat(line).startsWith("http.port = 70000"));
  }

  @Test
  @Needs(Tool.CURL)
  void theCurlExamplesDoWhatTheReadmeSays() throws IOException {
    List<String> commands =
        List.of(Readme.bashAfter("## Use it").replace("\\\n", " ").strip().split("\n", -1));
    assertThat(commands).hasSize(2).allMatch(command -> command.startsWith("curl "));
    try (JarServer server = JarServer.start(folder)) {
      Process stream = bash(commands.get(1), "stream.out", server);
      try {
        await().atMost(PATIENCE).until(() -> read("stream.out").contains("event: subscribed"));
        Process publish = bash(commands.get(0), "publish.out", server);
        await().atMost(PATIENCE).until(() -> !publish.isAlive());
        assertThat(read("publish.out")).contains("{\"eventId\":\"");
        await().atMost(PATIENCE).until(() -> read("stream.out").contains("event: event"));
        assertThat(read("stream.out"))
            .contains("\"topic\":\"orders.created\"")
            .contains("\"data\":{\"order\": 17}");
      } finally {
        Stream.concat(stream.descendants(), Stream.of(stream.toHandle()))
            .toList()
            .forEach(ProcessHandle::destroy);
      }
    }
  }

  private Process bash(String command, String output, JarServer server) throws IOException {
    assertThat(command).contains("http://127.0.0.1:8080");
    String ours = command.replace("127.0.0.1:8080", "127.0.0.1:" + server.port());
    return new ProcessBuilder("bash", "-c", ours)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .redirectOutput(folder.resolve(output).toFile())
        .start();
  }

  private String read(String file) throws IOException {
    return Files.readString(folder.resolve(file), UTF_8);
  }
}
