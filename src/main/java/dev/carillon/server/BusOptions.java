package dev.carillon.server;

import com.hazelcast.core.HazelcastException;
import dev.carillon.cluster.ClusterMember;
import dev.carillon.cluster.ClusterRefusedException;
import dev.carillon.cluster.ClusterSettings;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/** How the event bus between nodes is set up. */
final class BusOptions {
  /** A node that does not answer is noticed by the cluster; this is for a way that is broken. */
  private static final int PING_EVERY_MS = 2000;

  /** Pings wait behind events, so longer than a full window takes on a slow way. */
  private static final int PONG_WITHIN_MS = 10_000;

  private static final int CONNECT_WITHIN_MS = 3000;

  private BusOptions() {}

  static EventBusOptions of(ClusterSettings settings, ClusterMember self) {
    EventBusOptions options =
        new EventBusOptions()
            .setHost(self.host())
            .setPort(settings.busPort())
            .setClusterPingInterval(PING_EVERY_MS)
            .setClusterPingReplyInterval(PONG_WITHIN_MS)
            .setConnectTimeout(CONNECT_WITHIN_MS)
            .setReconnectAttempts(0)
            .setTcpNoDelay(true);
    settings
        .tls()
        .ifPresent(
            tls ->
                options
                    .setSsl(true)
                    // Vert.x trusts everybody unless told otherwise.
                    .setTrustAll(false)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertPath(tls.certificate().toString())
                            .addKeyPath(tls.key().toString()))
                    .setTrustOptions(
                        new PemTrustOptions().addCertPath(tls.authority().toString())));
    return options;
  }

  /** Nothing that comes over the wire may be an object of Java's serialization. */
  static void refuseObjects(Vertx vertx) {
    vertx.eventBus().serializableChecker(name -> false).clusterSerializableChecker(name -> false);
  }

  static ClusterRefusedException refusal(ClusterSettings settings, Throwable failure) {
    if (failure instanceof HazelcastException) {
      return new ClusterRefusedException(
          "cluster: can't tell the other nodes where this one is to be found: "
              + failure.getMessage());
    }
    return new ClusterRefusedException(
        "cluster.busPort = "
            + settings.busPort()
            + ": can't listen on "
            + settings.host()
            + ": "
            + failure.getMessage());
  }
}
