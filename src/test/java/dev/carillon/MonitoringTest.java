package dev.carillon;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Needs;
import dev.carillon.testing.Program;
import dev.carillon.testing.Tool;
import dev.carillon.testing.Yaml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' configuration, its alerts and the dashboard, against the metrics that there are. */
final class MonitoringTest {
  private static final Path PROMETHEUS = Path.of("docker/prometheus");
  private static final Path GRAFANA = Path.of("docker/grafana");
  private static final Pattern METRIC = Pattern.compile("carillon_[a-z_]+");

  /** Labels in {@code by (…)}, in matchers and in legends. */
  private static final Pattern LABELS =
      Pattern.compile("by \\(([a-z, ]+)\\)|\\{([a-z]+)=|\\{\\{ *(?:\\$labels\\.)?([a-z]+) *}}");

  /** Labels that Prometheus itself adds. */
  private static final Set<String> OF_SCRAPES = Set.of("instance", "job");

  @TempDir private Path folder;

  /**
   * A question to Prometheus.
   *
   * @param legend what its answer is shown as
   */
  private record Query(String where, String expression, String legend) {}

  @Test
  void everyQueryAsksForMetricsAndLabelsThatThereAre() throws IOException {
    Map<String, Set<String>> known = documented();
    assertThat(known).isNotEmpty();
    List<Query> queries = Stream.concat(panels().stream(), alerts().stream()).toList();
    for (Query query : queries) {
      List<String> metrics =
          METRIC.matcher(query.expression()).results().map(MatchResult::group).toList();
      assertThat(known.keySet()).as(query.toString()).containsAll(metrics);
      Set<String> labels =
          metrics.stream()
              .flatMap(
                  metric ->
                      Stream.concat(
                          known.getOrDefault(metric, Set.of()).stream(), OF_SCRAPES.stream()))
              .collect(toSet());
      labels.addAll(OF_SCRAPES);
      assertThat(labels).as(query.toString()).containsAll(labels(query));
    }
  }

  @Test
  void theDashboardIsOneThatGrafanaFinds() throws IOException {
    JsonObject dashboard = dashboard();
    assertThat(dashboard.getString("title")).isEqualTo("Carillon");
    String source =
        Yaml.documents(GRAFANA.resolve("datasources.yaml"))
            .get(0)
            .getJsonArray("datasources")
            .getJsonObject(0)
            .getString("uid");
    List<JsonObject> panels = objects(dashboard.getJsonArray("panels"));
    assertThat(panels.stream().map(panel -> panel.getInteger("id"))).doesNotHaveDuplicates();
    assertThat(panels.stream().filter(panel -> !panel.getString("type").equals("row")))
        .isNotEmpty()
        .allSatisfy(
            panel ->
                assertThat(panel.getJsonObject("datasource").getString("uid")).isEqualTo(source));
    String folder =
        Yaml.documents(GRAFANA.resolve("dashboards.yaml"))
            .get(0)
            .getJsonArray("providers")
            .getJsonObject(0)
            .getJsonObject("options")
            .getString("path");
    assertThat(Files.readString(Path.of("docker/compose.yaml")))
        .contains("./grafana/dashboard.json:" + folder + "/dashboard.json:ro");
  }

  @Test
  @Needs(Tool.PROMTOOL)
  void prometheusTakesItsConfigurationAndTheAlertsRingWhenTheyShould()
      throws IOException, InterruptedException {
    promtool("check", "config", "" + PROMETHEUS.resolve("prometheus.yml"));
    promtool("test", "rules", "" + PROMETHEUS.resolve("alerts.test.yml"));
  }

  @Test
  @Needs(Tool.PROMTOOL)
  void everyQueryOfTheDashboardIsOneThatPrometheusReads() throws IOException, InterruptedException {
    Path rules = folder.resolve("dashboard.yml");
    String written =
        panels().stream()
            .map(query -> query.expression().replace("$__rate_interval", "1m"))
            .map(expression -> "  - record: dashboard\n    expr: '" + expression + "'\n")
            .distinct()
            .collect(joining("", "groups:\n- name: dashboard\n  rules:\n", ""));
    Files.writeString(rules, written);
    promtool("check", "rules", "" + rules);
  }

  private void promtool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("" + Tool.PROMTOOL.path()));
    command.addAll(List.of(arguments));
    Program.succeeds(folder, Map.of(), command);
  }

  /** Each metric of the documents with its labels. */
  private static Map<String, Set<String>> documented() throws IOException {
    return Files.readAllLines(Path.of("docs/metrics.md")).stream()
        .filter(line -> line.startsWith("| `carillon_"))
        .map(line -> line.split("\\|"))
        .collect(
            toMap(
                cells -> cells[1].replace("`", "").strip(),
                cells -> Set.of(cells[4].replaceAll("[` ]", "").split(","))));
  }

  private static List<String> labels(Query query) {
    return LABELS
        .matcher(query.expression() + " " + query.legend())
        .results()
        .flatMap(found -> Stream.of(found.group(1), found.group(2), found.group(3)))
        .filter(group -> group != null)
        .flatMap(group -> Stream.of(group.split(", *")))
        .toList();
  }

  private static List<Query> panels() throws IOException {
    List<Query> queries =
        objects(dashboard().getJsonArray("panels")).stream()
            .flatMap(
                panel ->
                    objects(panel.getJsonArray("targets", new JsonArray())).stream()
                        .map(target -> query(panel.getString("title"), target)))
            .toList();
    assertThat(queries).isNotEmpty();
    return queries;
  }

  private static Query query(String title, JsonObject target) {
    return new Query(title, target.getString("expr"), target.getString("legendFormat"));
  }

  private static List<Query> alerts() throws IOException {
    JsonObject group =
        Yaml.documents(PROMETHEUS.resolve("alerts.yml"))
            .get(0)
            .getJsonArray("groups")
            .getJsonObject(0);
    return objects(group.getJsonArray("rules")).stream()
        .map(
            rule ->
                new Query(
                    rule.getString("alert"),
                    rule.getString("expr"),
                    rule.getJsonObject("annotations").getString("summary")))
        .toList();
  }

  private static JsonObject dashboard() throws IOException {
    return new JsonObject(Files.readString(GRAFANA.resolve("dashboard.json")));
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }
}
