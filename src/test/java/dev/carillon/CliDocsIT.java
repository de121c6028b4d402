package dev.carillon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.Readme;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tours of docs/cli.md, word for word, against the jar. */
final class CliDocsIT {
  private static final long PATIENCE_SECONDS = 120;

  @TempDir private Path folder;

  @Test
  void theTourRuns() throws Exception {
    runTour("<!-- tour -->", List.of());
    List<JsonObject> events = read("orders.out").lines().map(JsonObject::new).toList();
    assertThat(events)
        .extracting(event -> event.getString("topic") + " " + event.getValue("data"))
        .containsExactly(
            "orders.created {\"id\":17}",
            "orders.progress packed",
            "orders.progress shipped",
            "orders.paid 17");
    assertThat(events.get(0).getString("key")).isEqualTo("o-17");
    assertThat(events.get(3).getString("id")).isEqualTo("payment-17");
    assertThat(new JsonObject(read("bench.json"))).isNotEmpty();
    assertThat(read("cluster.out").lines())
        .hasSize(3)
        .last()
        .asString()
        .endsWith(" is in no cluster");
    assertThat(new JsonObject(read("config.json")).getJsonObject("queue").getInteger("events"))
        .isEqualTo(64);
  }

  @Test
  void theTourOfHistoriesRuns() throws Exception {
    runTour(
        "<!-- history tour -->",
        List.of(
            "store.kind=memory", "topics=[{\"match\":\"chat.>\",\"history\":{\"events\":100}}]"));

    assertThat(read("last.out").lines()).containsExactly("{\"price\": 1.10}");
    assertThat(read("history.out").lines())
        .singleElement()
        .asString()
        .contains("\"offset\":2", "\"data\":{\"price\": 1.10}");
    assertThat(read("dead-letters.out")).isEmpty();
    assertThat(read("redelivered.out")).contains("redelivered 0");
    assertThat(new JsonObject(read("bounds.json")).getInteger("last")).isZero();
  }

  private void runTour(String mark, List<String> settings) throws Exception {
    String tour = Readme.bashAfter(Path.of("docs/cli.md"), mark);
    try (JarServer server = JarServer.start(folder, List.of(), settings)) {
      Process bash = run(tour, server);
      boolean ended = bash.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      bash.descendants().forEach(ProcessHandle::destroy);
      bash.destroy();
      assertThat(ended).as(read("bash.out")).isTrue();
      assertThat(bash.exitValue()).as(read("bash.out")).isZero();
    }
  }

  private Process run(String tour, JarServer server) throws IOException {
    String carillon = "carillon() { java -jar '" + JarServer.jar() + "' \"$@\"; }\n";
    ProcessBuilder bash =
        new ProcessBuilder("bash", "-c", "set -e\n" + carillon + tour)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("bash.out").toFile());
    bash.environment().put("CARILLON_URL", server.url());
    return bash.start();
  }

  private String read(String file) throws IOException {
    return Files.readString(folder.resolve(file), UTF_8);
  }
}
