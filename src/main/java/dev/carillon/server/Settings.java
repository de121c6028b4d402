package dev.carillon.server;

import dev.carillon.cluster.ClusterSettings;
import dev.carillon.config.Cluster;
import dev.carillon.config.Config;
import dev.carillon.config.Http;
import dev.carillon.config.Limits;
import dev.carillon.config.Overflow;
import dev.carillon.config.TopicRule;
import dev.carillon.gateway.EventLimits;
import dev.carillon.gateway.GatewaySettings;
import dev.carillon.gateway.TlsSettings;
import dev.carillon.hub.HubSettings;
import dev.carillon.hub.OverflowPolicy;
import dev.carillon.hub.QueueLimits;
import dev.carillon.hub.TopicPolicy;
import dev.carillon.publish.PublishSettings;
import dev.carillon.security.Origins;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A configuration as what each part needs to know. */
final class Settings {
  private Settings() {}

  /** How many gateways a node has. */
  static int gateways(Config config) {
    int wished = config.http().gateways();
    return wished > 0 ? wished : Runtime.getRuntime().availableProcessors();
  }

  static GatewaySettings of(Config config, int gateways) {
    Limits limits = config.limits();
    return new GatewaySettings(
        config.node(),
        config.queue().overflow().word(),
        http(config.http(), limits),
        new EventLimits(
            limits.eventBytes(),
            limits.frameBytes(),
            limits.batchEvents(),
            limits.topicsPerSubscriber()),
        hub(config, gateways),
        maxUnflushedEvents(config),
        new PublishSettings(
            Math.max(1, config.publish().pendingBytes() / gateways),
            config.publish().connectionPendingBytes()),
        new GatewaySettings.RecoverySettings(
            (double) config.recovery().perSecond() / gateways,
            config.recovery().deadline().toMillis()),
        config.cluster().subscribeWithin().toMillis(),
        limits.subscribers(),
        limits.eventsPerSecond());
  }

  /** What the node's part in a cluster needs to know. */
  static ClusterSettings cluster(Config config) {
    Cluster cluster = config.cluster();
    return new ClusterSettings(
        config.node(),
        cluster.name(),
        cluster.host(),
        cluster.port(),
        cluster.busPort(),
        finding(cluster),
        agreed(config),
        cluster.minimumMembers(),
        cluster.joinWithin().toMillis(),
        cluster.heartbeat().every().toMillis(),
        cluster.heartbeat().within().toMillis(),
        cluster.mergeEvery().toMillis(),
        cluster.linkBytes(),
        cluster.lossTopics(),
        cluster.forget().toMillis(),
        cluster.orderWithin().toMillis(),
        cluster
            .tls()
            .map(tls -> new ClusterSettings.BusTls(tls.certificate(), tls.key(), tls.authority())));
  }

  private static ClusterSettings.Finding finding(Cluster cluster) {
    return switch (cluster.discovery()) {
      case MEMBERS -> new ClusterSettings.Finding.Members(cluster.members());
      case KUBERNETES -> new ClusterSettings.Finding.Kubernetes(cluster.service().orElseThrow());
      case MULTICAST -> new ClusterSettings.Finding.Multicast();
    };
  }

  /** What would break a promise where it differs between nodes. */
  private static Map<String, String> agreed(Config config) {
    Map<String, String> agreed = new TreeMap<>();
    agreed.put("cluster.minimumMembers", String.valueOf(config.cluster().minimumMembers()));
    String histories =
        config.topics().stream()
            .map(rule -> (rule.history().isPresent() ? "+" : "-") + rule.match())
            .collect(Collectors.joining(" "));
    if (histories.contains("+")) {
      agreed.put("store.kind", config.store().kind().name().toLowerCase(Locale.ROOT));
      agreed.put("topics (which keep history)", histories);
    }
    return agreed;
  }

  private static GatewaySettings.HttpSettings http(Http http, Limits limits) {
    return new GatewaySettings.HttpSettings(
        http.host(),
        http.port(),
        new Origins(http.origins()),
        http.sendBufferBytes(),
        http.pingSeconds(),
        http.idleSeconds(),
        http.requestSeconds(),
        http.acceptBacklog(),
        http.maxHeaderBytes(),
        http.maxRequestLineBytes(),
        limits.jsonDepth(),
        http.compression(),
        http.tls()
            .map(tls -> new TlsSettings(tls.certificate(), tls.key(), tls.reload().toMillis())));
  }

  /** Half of the queue, and no more than the smallest share of it: so much fits an empty queue. */
  private static int maxUnflushedEvents(Config config) {
    int smallestShare =
        config.topics().stream()
            .flatMapToInt(rule -> rule.queueEvents().stream())
            .min()
            .orElse(Integer.MAX_VALUE);
    return Math.max(1, Math.min(config.queue().events() / 2, smallestShare));
  }

  private static HubSettings hub(Config config, int gateways) {
    long memory =
        config.queue().memoryBytes() > 0
            ? config.queue().memoryBytes()
            : Runtime.getRuntime().maxMemory() / 4;
    return new HubSettings(
        new QueueLimits(
            config.queue().events(), config.queue().bytes(), config.queue().gapTopics()),
        Math.max(1, memory / gateways),
        policies(config));
  }

  private static Function<String, TopicPolicy> policies(Config config) {
    Overflow standard = config.queue().overflow();
    TopicRules<TopicPolicy> rules =
        new TopicRules<>(config.topics(), rule -> policy(rule, standard));
    TopicPolicy otherwise = new TopicPolicy(policy(standard), TopicPolicy.UNLIMITED);
    return topic -> rules.first(topic).orElse(otherwise);
  }

  private static TopicPolicy policy(TopicRule rule, Overflow standard) {
    return new TopicPolicy(
        policy(rule.overflow().orElse(standard)), rule.queueEvents().orElse(TopicPolicy.UNLIMITED));
  }

  private static OverflowPolicy policy(Overflow overflow) {
    return switch (overflow) {
      case DROP_NEWEST -> new OverflowPolicy.DropNewest();
      case DROP_OLDEST -> new OverflowPolicy.DropOldest();
      case CONFLATE -> new OverflowPolicy.Conflate();
      case CATCH_UP -> new OverflowPolicy.CatchUp();
      case DISCONNECT -> new OverflowPolicy.Disconnect();
    };
  }
}
