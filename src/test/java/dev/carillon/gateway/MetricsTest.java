package dev.carillon.gateway;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.FrameSocket;
import dev.carillon.testing.OperatedServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class MetricsTest {
  private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(?:\\{(.*)})? ([-+.0-9A-Z]+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with("http.gateways=3", "queue.events=8", "http.sendBufferBytes=8192");

  @Test
  void thePageHoldsTheWholeCatalogueAndNothingElse() throws Exception {
    List<String> described = new ArrayList<>();
    for (String line : page().text().split("\n", -1)) {
      if (line.startsWith("# TYPE ")) {
        described.add(line.substring("# TYPE ".length()));
      }
    }
    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Metric.values())
                // A node without a cluster has no peers: ClusterViewTest looks for those.
                .filter(m -> !m.labels().contains("peer"))
                // In the older format what stands in labels is a gauge.
                .map(m -> m.prometheusName() + " " + m.kind().word().replace("info", "gauge"))
                .toList());
    for (Metric metric : Metric.values()) {
      if (!metric.labels().contains("peer")) {
        assertThat(page().text())
            .contains("# HELP " + metric.prometheusName() + " " + metric.sentence());
      }
    }
  }

  @Test
  void everySampleHasTheLabelsOfTheCatalogue() throws Exception {
    Map<String, List<String>> labels = new HashMap<>();
    for (Metric metric : Metric.values()) {
      labels.put(metric.prometheusName(), metric.labels());
    }
    assertThat(page().samples())
        .isNotEmpty()
        .allSatisfy(
            sample ->
                assertThat(sample.labels().keySet())
                    .as(sample.name())
                    .containsExactlyInAnyOrderElementsOf(
                        labels.getOrDefault(sample.name(), List.of("not in the catalogue"))));
  }

  @Test
  void namesSayTheirKindAndUnit() {
    assertThat(Metric.values())
        .allSatisfy(
            metric -> {
              String name = metric.prometheusName();
              assertThat(name).startsWith("carillon_");
              assertThat(name.endsWith("_total")).isEqualTo(metric.kind() == Metric.Kind.COUNTER);
              if (List.of("bytes", "seconds").contains(metric.unit())) {
                assertThat(name).containsPattern("_" + metric.unit() + "(_total)?$");
              }
              assertThat(metric.sentence()).endsWith(".").doesNotContain("|");
            });
  }

  @Test
  void eventsAreCountedOnTheirWayThroughAllGateways() throws Exception {
    FrameSocket reader = server.subscribe("reader", "big");
    FrameSocket stalled = server.subscribe("stalled", "big");
    stalled.stopReading();
    String large = "x".repeat(60_000);
    double published = 0;
    // The kernel may take more for the stalled reader at any time, so all that must fit together is
    // read off one page, and only a page that shows the queue full ends the publishing.
    Page full = page();
    while (full.value("carillon_events_lost_total", "reason", "queue_full") < 3
        || full.value("carillon_events_queued") < 8) {
      server.publish("big", large);
      reader.await("event");
      published++;
      full = pageOfTheTaken();
    }

    assertThat(full.value("carillon_events_published_total")).isEqualTo(published);
    assertThat(full.value("carillon_events_matched_total")).isEqualTo(2 * published);
    assertThat(full.value("carillon_events_queued")).isEqualTo(8);
    assertThat(full.value("carillon_queued_bytes")).isGreaterThan(8 * 60_000);
    assertThat(full.value("carillon_events_sent_total"))
        .isEqualTo(
            2 * published - 8 - full.value("carillon_events_lost_total", "reason", "queue_full"));
    assertThat(full.value("carillon_slow_subscribers_total")).isEqualTo(1);
    assertThat(full.value("carillon_topics")).isEqualTo(1);
    assertThat(full.value("carillon_publish_in_flight_bytes")).isZero();
    assertThat(full.value("carillon_link_events_lost_total")).isZero();

    stalled.abort();
    await().until(() -> page().value("carillon_sessions", "door", "websocket") == 1);
    Page ended = page();
    assertThat(ended.value("carillon_events_queued")).isZero();
    assertThat(ended.value("carillon_queued_bytes")).isZero();
    assertThat(ended.value("carillon_events_discarded_total")).isBetween(1.0, 8.0);
    assertThat(
            ended.value("carillon_events_discarded_total")
                + ended.value("carillon_events_sent_total")
                + ended.value("carillon_events_lost_total", "reason", "queue_full"))
        .isEqualTo(2 * published);
  }

  @Test
  void repeatsAreCountedOnce() throws Exception {
    FrameSocket socket = server.connect("");
    for (int i = 1; i <= 3; i++) {
      socket.send(
          "{\"type\":\"publish\",\"id\":" + i + ",\"topic\":\"t\",\"data\":1,\"eventId\":\"e\"}");
      socket.await("published");
    }
    assertThat(value("carillon_events_published_total")).isEqualTo(1);
    assertThat(value("carillon_events_repeated_total")).isEqualTo(2);
    assertThat(value("carillon_deduplication_ids")).isEqualTo(1);
  }

  @Test
  void connectionsAreCountedByHowTheyEnd() throws Exception {
    server.subscribe("normal", "a").close(1000);
    server.subscribe("odd", "a").close(3999);
    server.subscribe("gone", "a").abort();
    server.subscribe("disconnected", "a");
    server.send("DELETE", "/v1/subscribers/disconnected");
    server.connect("subscriber=bad").sendBinary(new byte[1]);

    await().until(() -> closed("1000") == 1 && closed("other") == 1 && closed("1006") == 1);
    await().until(() -> closed("4300") == 1 && closed("4400") == 1);
    assertThat(value("carillon_sessions", "door", "websocket")).isZero();
    assertThat(value("carillon_sessions_opened_total", "door", "websocket")).isEqualTo(5);
    assertThat(value("carillon_subscribers")).isZero();
    assertThat(value("carillon_connections_accepted_total")).isGreaterThanOrEqualTo(5);
    assertThat(value("carillon_http_requests_total", "status", "1xx")).isEqualTo(5);
  }

  @Test
  void refusalsAreCountedByTheirCode() throws Exception {
    FrameSocket socket = server.connect("");
    socket.send("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"a..b\"]}");
    socket.await("error");
    socket.send("{\"type\":\"nonsense\",\"id\":2}");
    socket.await("error");
    server.get("/nowhere");

    assertThat(value("carillon_commands_refused_total", "code", "topic_invalid")).isEqualTo(1);
    assertThat(value("carillon_commands_refused_total", "code", "bad_request")).isEqualTo(1);
    assertThat(value("carillon_http_requests_total", "status", "4xx")).isEqualTo(1);
  }

  @Test
  void theProcessAndItsMemoryAreShown() throws Exception {
    assertThat(value("carillon_jvm_memory_used_bytes", "area", "heap")).isPositive();
    assertThat(value("carillon_jvm_threads")).isPositive();
    assertThat(value("carillon_process_cpu_seconds_total")).isPositive();
    assertThat(value("carillon_process_open_files")).isPositive();
    assertThat(value("carillon_ready")).isEqualTo(1);
    assertThat(value("carillon_build_info", "java", Runtime.version().toString())).isEqualTo(1);
  }

  @Test
  void openMetricsIsSpokenWhereItIsAskedFor() throws Exception {
    var answer =
        server.send(
            server
                .request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(answer.headers().firstValue("content-type")).hasValue(PrometheusPage.OPEN_METRICS);
    assertThat(answer.body()).endsWith("# EOF\n").contains("# TYPE carillon_build info");
    assertThat(server.get("/metrics").headers().firstValue("content-type"))
        .hasValue(PrometheusPage.PROMETHEUS_TEXT);
  }

  @Test
  void scrapesAtTheSameTimeDoNotDisturbEachOther() throws Exception {
    List<CompletableFuture<String>> pages = new ArrayList<>();
    HttpClient http = HttpClient.newHttpClient();
    for (int i = 0; i < 30; i++) {
      pages.add(
          http.sendAsync(server.request("/metrics").build(), BodyHandlers.ofString())
              .thenApply(HttpResponse::body));
    }
    for (CompletableFuture<String> page : pages) {
      assertThat(page.get(60, TimeUnit.SECONDS)).contains("\ncarillon_ready 1.0\n");
    }
  }

  @Test
  void closeCodesOfTheServerAllHaveALabelOfTheirOwn() {
    assertThat(CloseCodes.labels())
        .containsAll(
            Arrays.stream(CloseReason.values())
                .map(reason -> CloseCodes.label(reason.code()))
                .collect(toCollection(TreeSet::new)))
        .contains("other")
        .doesNotHaveDuplicates();
    assertThat(CloseCodes.label(3999)).isEqualTo("other");
  }

  private double closed(String code) throws IOException, InterruptedException {
    return value("carillon_sessions_closed_total", "door", "websocket", "code", code);
  }

  private record Sample(String name, Map<String, String> labels, double value) {
    private boolean has(String... pairs) {
      for (int i = 0; i < pairs.length; i += 2) {
        if (!pairs[i + 1].equals(labels.get(pairs[i]))) {
          return false;
        }
      }
      return true;
    }
  }

  /** One answer of {@code /metrics}. */
  private record Page(String text) {
    List<Sample> samples() {
      return text.lines().filter(line -> !line.startsWith("#")).map(Page::sample).toList();
    }

    /** The one sample of the name that has these labels. */
    double value(String name, String... labels) {
      List<Sample> found =
          samples().stream()
              .filter(sample -> sample.name().equals(name) && sample.has(labels))
              .toList();
      assertThat(found).as(name).hasSize(1);
      return found.get(0).value();
    }

    private static Sample sample(String line) {
      var matcher = SAMPLE.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      Map<String, String> labels = new HashMap<>();
      String text = matcher.group(2) == null ? "" : matcher.group(2);
      for (MatchResult label : LABEL.matcher(text).results().toList()) {
        labels.put(label.group(1), label.group(2));
      }
      return new Sample(matcher.group(1), labels, Double.parseDouble(matcher.group(3)));
    }
  }

  private Page page() throws IOException, InterruptedException {
    return new Page(server.get("/metrics").body());
  }

  /**
   * A page asked for when all gateways have taken what was published, which is a little after the
   * answer. The page that shows it may be older in parts, because each gateway counts when asked.
   */
  private Page pageOfTheTaken() throws IOException, InterruptedException {
    await().pollDelay(Duration.ZERO).until(() -> value("carillon_publish_in_flight_bytes") == 0);
    return page();
  }

  private double value(String name, String... labels) throws IOException, InterruptedException {
    return page().value(name, labels);
  }
}
