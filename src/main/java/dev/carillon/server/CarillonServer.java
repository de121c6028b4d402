package dev.carillon.server;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.carillon.cluster.RelayVerticle;
import dev.carillon.config.Config;
import dev.carillon.gateway.GatewaySettings;
import dev.carillon.gateway.GatewayVerticle;
import dev.carillon.gateway.Node;
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
  private final Promise<Void> closed = Promise.promise();
  private final AtomicBoolean closing = new AtomicBoolean();

  private CarillonServer(
      Config config, Vertx vertx, Node node, List<GatewayVerticle> gateways, NodeStores stores) {
    this.stores = stores;
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
    NodeStores stores;
    try {
      stores = NodeStores.open(config);
    } catch (StoreUnavailableException notAvailable) {
      return Future.failedFuture(new IllegalStateException(notAvailable.getMessage()));
    }
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(loops)
                    // Nothing here blocks; the pools exist for Vert.x itself.
                    .setWorkerPoolSize(2)
                    .setInternalBlockingPoolSize(2)
                    .setDisableTCCL(true))
            .withTransport(transport)
            .build();
    Node node =
        new Node(
            new SubscriberIds(config.limits().subscribers()),
            new DeduplicationWindow(
                config.publish().dedupeWindow(),
                config.publish().dedupeEvents(),
                Ticker.systemTicker()),
            stores.history(),
            stores.deadLetters());
    GatewaySettings settings = Settings.of(config, loops);
    List<GatewayVerticle> gateways = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      gateways.add(new GatewayVerticle(settings, node, config.publish().pendingBytes(), i == 0));
    }
    CarillonServer server = new CarillonServer(config, vertx, node, List.copyOf(gateways), stores);
    // A promise of no context: one of this Vert.x could not tell of a failure once it is closed.
    Promise<CarillonServer> started = Promise.promise();
    server
        .deploy()
        .onSuccess(
            deployed -> {
              // Not before: a start that fails says why in one line and nothing else.
              LOG.info("transport={}", transport.name());
              started.complete(server);
            })
        .onFailure(
            failure ->
                vertx
                    .close()
                    .eventually(stores::close)
                    .onComplete(closed -> started.fail(failure)));
    return started.future();
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
      Future.join(gone)
          .onComplete(all -> stores.close().onComplete(kept -> vertx.close().onComplete(closed)));
    }
    return closed.future();
  }

  private Future<Void> deploy() {
    return vertx
        .deployVerticle(new RelayVerticle())
        // One alone finds out whether the port can be had.
        .compose(relay -> vertx.deployVerticle(gateways.get(0)))
        .compose(
            first ->
                Future.all(
                    gateways.subList(1, gateways.size()).stream()
                        .map(vertx::deployVerticle)
                        .toList()))
        .onSuccess(all -> node.setReady(true))
        .mapEmpty();
  }
}
