package dev.carillon.gateway;

import dev.carillon.event.GapReason;
import dev.carillon.hub.Ledger;
import dev.carillon.publish.PublishCounts;
import dev.carillon.store.DeadLetters;
import dev.carillon.store.StoreHealth;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** {@code GET /metrics}: asks every owner for what it counted, and writes the sum. */
final class MetricsRoute {
  private final Vertx vertx;
  private final Node node;
  private final Gateway gateway;

  /** The answer that is being gathered; a scrape that comes meanwhile gets the same. */
  private @Nullable Future<MetricSamples> gathering;

  MetricsRoute(Vertx vertx, Node node, Gateway gateway) {
    this.vertx = vertx;
    this.node = node;
    this.gateway = gateway;
  }

  void addTo(OperatorDoor operators) {
    operators.get("/metrics", this::scrape);
  }

  private void scrape(RoutingContext context) {
    String contentType = PrometheusPage.contentType(context.request().getHeader("Accept"));
    gather()
        .compose(
            // On a worker: the first time it loads for a while, and it always reads files.
            samples ->
                vertx.executeBlocking(
                    () -> {
                      MetricSamples all = new MetricSamples();
                      all.addAll(samples);
                      RuntimeSamples.addTo(all);
                      return node.prometheusPage().write(all, contentType);
                    },
                    false))
        .onComplete(
            page ->
                gateway.run(
                    () -> {
                      if (page.succeeded()) {
                        context
                            .response()
                            .putHeader("Content-Type", contentType)
                            .end(page.result());
                      } else {
                        context.fail(page.cause());
                      }
                    }));
  }

  private Future<MetricSamples> gather() {
    Future<MetricSamples> running = gathering;
    if (running != null) {
      return running;
    }
    MetricSamples sum = new MetricSamples();
    sum.add(Metric.READY, node.isReady() ? 1 : 0);
    sum.add(Metric.STORE_HEALTHY, node.health() instanceof StoreHealth.Healthy ? 1 : 0);
    DeadLetters.Counts deadLetters = node.deadLetters().counts();
    sum.add(Metric.DEAD_LETTERS, deadLetters.kept());
    sum.add(Metric.DEAD_LETTERS_WRITTEN, deadLetters.written());
    sum.add(Metric.DEAD_LETTERS_DISCARDED, deadLetters.discarded());
    sum.add(Metric.SUBSCRIBERS, node.ids().size());
    sum.add(Metric.DEDUPLICATION_IDS, node.window().size());
    Future<MetricSamples> gathered =
        node.ask(gateway, MetricsRoute::samples)
            .compose(
                all -> {
                  all.forEach(sum::addAll);
                  return gateway.consumer().relayCounts();
                })
            .map(
                relay -> {
                  sum.add(Metric.TOPICS, relay.topics());
                  sum.add(Metric.LINK_IN_FLIGHT, relay.bytesInFlight());
                  sum.add(Metric.LINK_EVENTS_LOST, relay.eventsLost());
                  return sum;
                })
            .compose(relayed -> gateway.consumer().view())
            .map(
                view -> {
                  ClusterSamples.addTo(sum, node.cluster(), view);
                  return sum;
                });
    gathering = gathered;
    gathered.onComplete(done -> gathering = null);
    return gathered;
  }

  /** What one gateway counted; on its event loop. */
  private static MetricSamples samples(Gateway gateway) {
    MetricSamples samples = new MetricSamples();
    gateway.counts().writeTo(samples);
    PublishCounts publish = gateway.publisher().counts();
    samples.add(Metric.EVENTS_PUBLISHED, publish.published());
    samples.add(Metric.EVENTS_REPEATED, publish.repeats());
    samples.add(Metric.EVENTS_REFUSED, publish.refused());
    samples.add(Metric.PUBLISH_IN_FLIGHT, publish.bytesInFlight());
    Ledger totals = gateway.hub().totals();
    samples.add(Metric.EVENTS_MATCHED, totals.matched());
    samples.add(Metric.EVENTS_SENT, totals.sent());
    samples.add(Metric.EVENTS_QUEUED, totals.queued());
    samples.add(Metric.EVENTS_BEHIND, totals.behind());
    samples.add(Metric.DEAD_LETTERS_DISCARDED, gateway.lost().uncollected());
    samples.add(Metric.EVENTS_DISCARDED, totals.discarded());
    samples.add(Metric.QUEUED_BYTES, gateway.hub().queuedBytes());
    for (GapReason reason : GapReason.values()) {
      samples.add(Metric.EVENTS_LOST, gateway.hub().lost(reason), reason.code());
    }
    return samples;
  }
}
