package dev.carillon.gateway;

/** Writes {@code docs/metrics.md}: the catalogue for people. */
final class MetricsDocs {
  private static final String HEAD =
      """
      <!-- Written from Metric.java by MetricsDocs. Don't edit; to write it anew:
           mvn -q test -Dtest=MetricsDocsTest -Dcarillon.docs.write=true -->

      # Metrics

      `GET /metrics`, in Prometheus' text format or, where the scraper asks for it, OpenMetrics. Every value
      is of the node that is asked, summed up over its gateways.

      | metric | kind | unit | labels | meaning |
      | --- | --- | --- | --- | --- |
      """;

  private MetricsDocs() {}

  static String render() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Metric metric : Metric.values()) {
      page.append("| `")
          .append(metric.prometheusName())
          .append("` | ")
          .append(metric.kind().word())
          .append(" | ")
          .append(metric.unit())
          .append(" | ")
          .append(String.join(", ", metric.labels().stream().map(l -> "`" + l + "`").toList()))
          .append(" | ")
          .append(metric.sentence())
          .append(" |\n");
    }
    return page.toString();
  }
}
