package dev.carillon.server;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.carillon.cluster.ClusterRefusedException;
import dev.carillon.cluster.ClusterSettings;
import dev.carillon.cluster.HazelcastMembership;
import dev.carillon.cluster.NodeCalls;
import dev.carillon.cluster.Reach;
import dev.carillon.cluster.RelayCluster;
import dev.carillon.cluster.RelayVerticle;
import dev.carillon.cluster.SubscriberClaims;
import dev.carillon.config.Config;
import dev.carillon.gateway.GatewaySettings;
import dev.carillon.gateway.GatewayVerticle;
import dev.carillon.gateway.Node;
import dev.carillon.gateway.NodeCluster;
import dev.carillon.gateway.SubscriberIds;
import dev.carillon.publish.DeduplicationWindow;
import dev.carillon.store.StoreUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node.
 *
 * <pre>{@code
 * CarillonServer server = CarillonServer.start(config).toCompletionStage().toCompletableFuture().join();
 * System.out.println(server.url());
 * server.drain().onComplete(done -> …);
 * }</pre>
 */
public final class CarillonServer {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.server");

  private final Config config;
  private final Vertx vertx;
  private final Node node;
  private final List<GatewayVerticle> gateways;
  private final NodeStores stores;
  private final RelayVerticle relay;
  private final Optional<HazelcastMembership> membership;
  private final Promise<Void> closed = Promise.promise();
  private final AtomicBoolean closing = new AtomicBoolean();

  private CarillonServer(
      Config config,
      Vertx vertx,
      Node node,
      List<GatewayVerticle> gateways,
      NodeStores stores,
      RelayVerticle relay,
      Optional<HazelcastMembership> membership) {
    this.stores = stores;
    this.relay = relay;
    this.membership = membership;
    this.config = config;
    this.vertx = vertx;
    this.node = node;
    this.gateways = gateways;
  }

  /**
   * Starts a node. Opens its store, where it has one, on the calling thread.
   *
   * @return completes when it serves; fails when it can't, for one when its port is taken
   */
  public static Future<CarillonServer> start(Config config) {
    int loops = Settings.gateways(config);
    Transport transport;
    try {
      transport = TransportChoice.choose(config.http().transport());
    } catch (IllegalStateException notAvailable) {
      return Future.failedFuture(notAvailable);
    }
    ClusterSettings cluster = Settings.cluster(config);
    Reach reach = new Reach(cluster.minimumMembers());
    Optional<HazelcastMembership> membership = Optional.empty();
    NodeStores stores;
    try {
      if (config.cluster().enabled()) {
        membership =
            Optional.of(
                HazelcastMembership.join(
                    cluster,
                    more -> {
                      SubscriberClaims.configure(more);
                      NodeStores.configure(config, more);
                    }));
      }
      stores =
          NodeStores.open(
              config,
              config.cluster().enabled() ? reach::refusal : Optional::<String>empty,
              membership);
    } catch (ClusterRefusedException refused) {
      return Future.failedFuture(refused);
    } catch (StoreUnavailableException notAvailable) {
      membership.ifPresent(HazelcastMembership::leave);
      return Future.failedFuture(new IllegalStateException(notAvailable.getMessage()));
    }
    Optional<HazelcastMembership> joined = membership;
    // A promise of no context: one of this Vert.x could not tell of a failure once it is closed.
    Promise<CarillonServer> started = Promise.promise();
    vertx(loops, transport, cluster, joined)
        .onSuccess(
            vertx ->
                start(config, loops, vertx, cluster, reach, joined, stores)
                    .onSuccess(
                        server -> {
                          // Not before: a start that fails says why in one line and nothing else.
                          LOG.info("transport={}", transport.name());
                          started.complete(server);
                        })
                    .onFailure(
                        failure ->
                            vertx
                                .close()
                                .eventually(stores::close)
                                .eventually(() -> leave(joined))
                                .onComplete(closed -> started.fail(failure))))
        .onFailure(
            failure ->
                stores
                    .close()
                    .eventually(() -> leave(joined))
                    .onComplete(closed -> started.fail(failure)));
    return started.future();
  }

  private static Future<Vertx> vertx(
      int loops,
      Transport transport,
      ClusterSettings cluster,
      Optional<HazelcastMembership> membership) {
    Transport used = loops == 1 ? new OneLoopTransport(transport) : transport;
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(loops)
            // Nothing here blocks; the pools exist for Vert.x itself.
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(2)
            .setDisableTCCL(true);
    if (membership.isEmpty()) {
      return Future.succeededFuture(Vertx.builder().with(options).withTransport(used).build());
    }
    return Vertx.builder()
        .with(options.setEventBusOptions(BusOptions.of(cluster, membership.get().self())))
        .withTransport(used)
        .withClusterManager(membership.get().clusterManager())
        .buildClustered()
        .onSuccess(BusOptions::refuseObjects)
        .recover(failure -> Future.failedFuture(BusOptions.refusal(cluster, failure)));
  }

  private static Future<CarillonServer> start(
      Config config,
      int loops,
      Vertx vertx,
      ClusterSettings cluster,
      Reach reach,
      Optional<HazelcastMembership> membership,
      NodeStores stores) {
    Optional<NodeCluster> nodeCluster =
        membership.map(
            joined ->
                nodeCluster(
                    joined,
                    new NodeCalls(vertx.eventBus(), joined.selfId()),
                    reach,
                    config.cluster().claimWithin().toMillis()));
    Node node =
        new Node(
            new SubscriberIds(config.limits().subscribers()),
            new DeduplicationWindow(
                config.publish().dedupeWindow(),
                config.publish().dedupeEvents(),
                Ticker.systemTicker()),
            stores.history(),
            stores.deadLetters(),
            nodeCluster);
    node.answerOthers();
    RelayVerticle relay =
        new RelayVerticle(
            nodeCluster.map(
                known ->
                    new RelayCluster(
                        cluster,
                        known.membership(),
                        known.calls(),
                        reach,
                        stores.history().map(history -> history.topics().store()))));
    GatewaySettings settings = Settings.of(config, loops);
    List<GatewayVerticle> gateways = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      gateways.add(new GatewayVerticle(settings, node, config.publish().pendingBytes(), i == 0));
    }
    CarillonServer server =
        new CarillonServer(config, vertx, node, List.copyOf(gateways), stores, relay, membership);
    return server
        .deploy()
        .onSuccess(
            deployed ->
                stores.history().ifPresent(kept -> kept.topics().store().listen(relay::hear)))
        .map(server);
  }

  private static NodeCluster nodeCluster(
      HazelcastMembership membership, NodeCalls calls, Reach reach, long claimMs) {
    return new NodeCluster(
        membership,
        calls,
        reach,
        new SubscriberClaims(membership.hazelcast(), membership, calls, claimMs));
  }

  /** Leaves the cluster, on a thread of its own: that takes a while. */
  private static Future<Void> leave(Optional<HazelcastMembership> membership) {
    Promise<Void> left = Promise.promise();
    if (membership.isEmpty()) {
      left.complete();
    } else {
      Thread leaving =
          new Thread(
              () -> {
                membership.get().leave();
                left.complete();
              },
              "carillon-leave");
      leaving.start();
    }
    return left.future();
  }

  /** The port that clients reach the node at. */
  public int port() {
    return gateways.get(0).port();
  }

  /** Where clients reach the node. */
  public String url() {
    String scheme = config.http().tls().isPresent() ? "https" : "http";
    String host = config.http().host();
    return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** The node's Vert.x instance, on which an embedding program may deploy its own verticles. */
  public Vertx vertx() {
    return vertx;
  }

  /** For tests that look at the books. */
  Node node() {
    return node;
  }

  /** For tests that break the cluster. */
  Optional<HazelcastMembership> membership() {
    return membership;
  }

  /**
   * Stops the node as its clients like it: it says that it is not ready, sends them away over the
   * configured time, finishes what is published, and then closes.
   */
  public Future<Void> drain() {
    Duration drain = config.drain();
    LOG.info("draining subscribers={} drain={}", node.ids().size(), drain);
    node.setReady(false);
    // The last part of the time belongs to closing, so that all of it is over in time.
    long spreadMs = drain.toMillis() * 9 / 10;
    List<Future<Void>> draining = new ArrayList<>();
    for (GatewayVerticle gateway : gateways) {
      draining.add(gateway.drain(spreadMs));
    }
    Future.join(draining).onComplete(drained -> close());
    return closed.future();
  }

  /** Stops the node at once; a second call has the result of the first. */
  public Future<Void> close() {
    if (closing.compareAndSet(false, true)) {
      node.setReady(false);
      // Gateways first: their last words go to the relay.
      List<Future<Void>> gone = gateways.stream().map(GatewayVerticle::close).toList();
      // Then the stores: what was handed to them is answered or refused before they close.
      // Then the relay, so that the links are empty.
      Future.join(gone)
          .onComplete(
              all ->
                  stores
                      .close()
                      .eventually(relay::leave)
                      .eventually(vertx::close)
                      .eventually(() -> leave(membership))
                      .onComplete(closed));
    }
    return closed.future();
  }

  private Future<Void> deploy() {
    return vertx
        .deployVerticle(relay)
        .recover(CarillonServer::clusterRefusal)
        // One alone finds out whether the port can be had.
        .compose(deployed -> vertx.deployVerticle(gateways.get(0)))
        .compose(
            first ->
                Future.all(
                    gateways.subList(1, gateways.size()).stream()
                        .map(vertx::deployVerticle)
                        .toList()))
        .onSuccess(all -> node.setReady(true))
        .mapEmpty();
  }

  private static Future<String> clusterRefusal(Throwable failure) {
    return Future.failedFuture(new ClusterRefusedException(String.valueOf(failure.getMessage())));
  }
}
