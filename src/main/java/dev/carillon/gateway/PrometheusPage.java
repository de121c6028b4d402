package dev.carillon.gateway;

import dev.carillon.gateway.MetricSamples.Series;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node's metrics as text.
 *
 * <p>Made by the first scrape: what it needs takes longer to load than the node to start. Safe for
 * threads; scrapes wait for each other.
 */
final class PrometheusPage {
  static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT).throwExceptionOnRegistrationFailure();
  private final Map<Series, Shown> shown = new HashMap<>();

  private record Shown(Meter meter, Value value) {}

  /** What a meter shows; the page is written while nobody else may set it. */
  private static final class Value {
    private double value;

    double get() {
      return value;
    }
  }

  /** The format for what a scraper accepts. */
  static String contentType(@Nullable String accept) {
    return accept != null && accept.contains("application/openmetrics-text")
        ? OPEN_METRICS
        : PROMETHEUS_TEXT;
  }

  /** The page that shows {@code samples}, and nothing that an earlier one showed. */
  synchronized String write(MetricSamples samples, String contentType) {
    Set<Series> gone = new HashSet<>(shown.keySet());
    samples.forEach(
        (series, value) -> {
          shown.computeIfAbsent(series, this::register).value().value = value;
          gone.remove(series);
        });
    for (Series series : gone) {
      Shown old = shown.remove(series);
      if (old != null) {
        registry.remove(old.meter());
      }
    }
    return registry.scrape(contentType);
  }

  private Shown register(Series series) {
    Value value = new Value();
    Metric metric = series.metric();
    String name = metric.prometheusName().replace('_', '.');
    return new Shown(
        switch (metric.kind()) {
          case COUNTER ->
              FunctionCounter.builder(name, value, Value::get)
                  .description(metric.sentence())
                  .tags(tags(series))
                  .register(registry);
          case GAUGE, INFO ->
              Gauge.builder(name, value, Value::get)
                  .description(metric.sentence())
                  .tags(tags(series))
                  .register(registry);
        },
        value);
  }

  private static List<Tag> tags(Series series) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < series.labelValues().size(); i++) {
      tags.add(Tag.of(series.metric().labels().get(i), series.labelValues().get(i)));
    }
    return tags;
  }
}
