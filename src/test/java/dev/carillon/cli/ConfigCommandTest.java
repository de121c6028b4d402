package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  private final TestShell shell = new TestShell();

  @TempDir private Path directory;

  ConfigCommandTest() throws Exception {}

  @Test
  void whatIsRightIsSaidToBe() throws Exception {
    Path file = Files.writeString(directory.resolve("c.json"), "{\"http\": {\"port\": 9000}}");

    assertThat(shell.run("config", "check", "-c", file.toString())).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).containsExactly(file + ": ok");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void everyMistakeIsALineOfItsOwn() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("c.json"),
            "{\"http\": {\"prot\": 9000}, \"queue\": {\"events\": -1}}");

    assertThat(shell.run("config", "check", "-c", file.toString())).isEqualTo(Exit.MISUSED);

    assertThat(shell.errLines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("http.prot").contains("did you mean"))
        .anySatisfy(line -> assertThat(line).contains("queue.events").contains("-1"));
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void whatIsInForceIsShown() {
    assertThat(shell.run("config", "print", "--set", "queue.events=64")).isEqualTo(Exit.OK);

    JsonObject config = new JsonObject(shell.out());
    assertThat(config.getJsonObject("queue").getInteger("events")).isEqualTo(64);
    assertThat(config.getJsonObject("http").getString("host")).isEqualTo("127.0.0.1");
  }

  @Test
  void whereItWasSaidIsShown() {
    assertThat(shell.run("config", "print", "--origins", "--set", "queue.events=64"))
        .isEqualTo(Exit.OK);

    assertThat(shell.outLines()).contains("queue.events = 64 (from --set)");
  }
}
