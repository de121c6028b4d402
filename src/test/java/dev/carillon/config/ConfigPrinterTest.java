package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigPrinterTest {
  private static final String WITH_SECRETS =
      """
      {"type": "object", "additionalProperties": false, "description": "d", "properties": {
        "store": {"type": "object", "additionalProperties": false, "description": "d",
          "properties": {
            "user": {"type": "string", "pattern": "^[a-z]+$", "allowed": "letters",
                     "description": "d"},
            "password": {"type": "string", "pattern": "^[a-z]+$", "allowed": "letters",
                         "writeOnly": true, "description": "d"}}}}}
      """;

  private final Path directory;

  ConfigPrinterTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void whatIsPrintedLoadsToTheSame() {
    ConfigSources sources =
        ConfigSources.NONE
            .withEnvironment(Map.of("CARILLON_HTTP_ORIGINS", "[\"https://a.example\"]"))
            .set(
                "topics=[{\"match\":\"a\",\"queue\":{\"events\":3}},"
                    + "{\"match\":\"b.>\",\"history\":{\"events\":5,\"age\":\"1h\","
                    + "\"bytes\":5000000000}}]")
            .set("store.path=data/b.db")
            .set("queue.memoryBytes=1099511627776")
            .set("node=n1");
    ConfigOutcome.Accepted accepted = Loading.accepted(sources);

    Path printed = Loading.file(directory, accepted.printer().json());

    assertThat(Loading.config(ConfigSources.NONE.withFile(printed))).isEqualTo(accepted.config());
  }

  @Test
  void everyValueIsShownWithItsOrigin() {
    Path file = Loading.file(directory, "{\n\"queue\": {\"events\": 7}}");
    ConfigPrinter printer =
        Loading.accepted(
                ConfigSources.NONE
                    .withFile(file)
                    .withEnvironment(
                        Map.of("CARILLON_LOG_LEVEL", "warn", "CARILLON_STORE_PATH", "data/b.db"))
                    .option("--port", "http.port=0")
                    .set("topics.0.match=a"))
            .printer();

    assertThat(printer.origins())
        .contains(
            "node = \"testhost\" (the host's name)",
            "http.host = \"127.0.0.1\" (default)",
            "http.port = 0 (from --port)",
            "queue.events = 7 (from " + file + " line 2)",
            "topics.0.match = \"a\" (from --set)",
            "store.kind = \"sqlite\" (default)",
            "store.path = \"data/b.db\" (from CARILLON_STORE_PATH)",
            "log.level = \"warn\" (from CARILLON_LOG_LEVEL)")
        .hasSize(Loading.SCHEMA.keys().size() - 16);
  }

  @Test
  void secretIsNeverShown() {
    Schema schema = new Schema(SchemaReader.read(WITH_SECRETS.getBytes(StandardCharsets.UTF_8)));
    List<ConfigMistake> mistakes = new ArrayList<>();
    Assignments assignments = new Assignments(schema, new SchemaCheck(schema, mistakes), mistakes);
    Origin origin = new Origin(Origin.Layer.OPTION, "--set");
    JsonTree.Members tree = JsonTree.Members.none(origin);

    tree = assignments.assign(tree, "store.user", "carillon", origin);
    tree = assignments.assign(tree, "store.password", "hunter", origin);
    ConfigPrinter printer = new ConfigPrinter(schema, tree);

    assertThat(mistakes).isEmpty();
    assertThat(printer.json()).contains("\"carillon\"", "\"(hidden)\"").doesNotContain("hunter");
    assertThat(printer.origins()).noneMatch(line -> line.contains("hunter"));

    assignments.assign(tree, "store.password", "hunter2", origin);
    assignments.assign(tree, "store", "hunter2", origin);
    assignments.assign(tree, "store", "\"hunter2\"", origin);
    assignments.assign(tree, "store", "{\"password\": \"hunter2\"}", origin);
    assignments.assign(tree, "store", "{\"passwrod\": \"hunter2\"}", origin);
    assignments.assign(tree, "store.passwrod", "hunter2", origin);

    assertThat(mistakes)
        .extracting(ConfigMistake::line)
        .containsExactly(
            "store.password = (hidden) (from --set): must be letters",
            "store = (hidden) (from --set): must be an object with user, password; this is not"
                + " JSON",
            "store = (hidden) (from --set): must be an object with user, password",
            "store.password = (hidden) (from --set): must be letters",
            "store.passwrod (from --set): unknown key; did you mean store.password?",
            "store.passwrod (from --set): unknown key; did you mean store.password?");
  }
}
