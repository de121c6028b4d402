package dev.carillon.gateway;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Values of metrics at one moment. Filled by the owner of what is counted, on its thread, and
 * handed over after that.
 */
final class MetricSamples {
  private final Map<Series, Double> values = new LinkedHashMap<>();

  /**
   * One line of a metric.
   *
   * @param labelValues in the order of the metric's labels
   */
  record Series(Metric metric, List<String> labelValues) {
    Series {
      if (labelValues.size() != metric.labels().size()) {
        throw new IllegalArgumentException(
            metric.prometheusName() + " has the labels " + metric.labels() + ": " + labelValues);
      }
    }
  }

  /** Adds to what is there already. */
  void add(Metric metric, long count, String... labelValues) {
    add(metric, (double) count, labelValues);
  }

  /** Adds to what is there already. */
  void add(Metric metric, double value, String... labelValues) {
    values.merge(new Series(metric, List.of(labelValues)), value, Double::sum);
  }

  /** Adds every value of {@code other}. */
  void addAll(MetricSamples other) {
    other.values.forEach((series, value) -> values.merge(series, value, Double::sum));
  }

  void forEach(BiConsumer<Series, Double> samples) {
    values.forEach(samples);
  }
}
