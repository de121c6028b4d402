package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PrometheusPageTest {
  private final PrometheusPage page = new PrometheusPage();

  private String write(String... peers) {
    MetricSamples samples = new MetricSamples();
    for (String peer : peers) {
      samples.add(Metric.PEER_EVENTS, 7, peer);
      samples.add(Metric.PEER_UP, 1, peer);
    }
    return page.write(samples, PrometheusPage.PROMETHEUS_TEXT);
  }

  @Test
  void seriesThatAreNotSampledAnyMoreAreGoneUntilTheyAreAgain() {
    assertThat(write("n2", "n3"))
        .contains(
            "carillon_link_peer_events_total{peer=\"n2\"} 7.0",
            "carillon_link_peer_events_total{peer=\"n3\"} 7.0",
            "carillon_link_peer_up{peer=\"n3\"} 1.0");
    assertThat(write("n2")).contains("peer=\"n2\"").doesNotContain("n3");
    assertThat(write()).doesNotContain("peer");
    assertThat(write("n3")).contains("carillon_link_peer_up{peer=\"n3\"} 1.0").doesNotContain("n2");
  }
}
