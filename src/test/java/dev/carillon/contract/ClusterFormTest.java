package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.config.Config;
import dev.carillon.config.ConfigLoader;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import dev.carillon.server.CarillonServer;
import dev.carillon.testing.Certificate;
import dev.carillon.testing.ClusterPlaces;
import dev.carillon.testing.TestServer;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be part of a cluster, and what is said to who may not. */
final class ClusterFormTest {
  private final ClusterPlaces places = ClusterPlaces.of(2);
  private final List<CarillonServer> started = new ArrayList<>();

  private Future<CarillonServer> start(int node, String... settings) {
    ConfigSources sources = ConfigSources.NONE.set("http.port=0").set("http.gateways=1");
    for (String setting : places.settings(node)) {
      sources = sources.set(setting);
    }
    for (String setting : settings) {
      sources = sources.set(setting);
    }
    return CarillonServer.start(config(sources)).onSuccess(started::add);
  }

  private static Config config(ConfigSources sources) {
    ConfigOutcome outcome = ConfigLoader.load(sources);
    if (outcome instanceof ConfigOutcome.Accepted accepted) {
      return accepted.config();
    }
    throw new AssertionError(outcome.toString());
  }

  private static String refusal(Future<CarillonServer> start) throws Exception {
    return start
        .transform(
            done ->
                done.succeeded()
                    ? Future.failedFuture("it started")
                    : Future.succeededFuture(String.valueOf(done.cause().getMessage())))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    started.forEach(server -> TestServer.get(server.close()));
  }

  @Test
  void aNodeOfAnotherNameIsRefused() throws Exception {
    TestServer.get(start(0));
    assertThat(refusal(start(1, "cluster.name=other")))
        .startsWith(
            "cluster.members: 127.0.0.1:" + places.ports().get(0) + " answers and is not of")
        .contains("the cluster \"other\"", "its cluster.name is another one");
  }

  @Test
  void aNodeThatDiffersWhereAllMustAgreeIsRefused() throws Exception {
    TestServer.get(start(0));
    assertThat(refusal(start(1, "cluster.minimumMembers=2")))
        .isEqualTo(
            "cluster.minimumMembers = 2: node n1 has 1; it must be the same on all nodes of a"
                + " cluster");
  }

  @Test
  void nodesKnowEachOtherByCertificates(@TempDir Path folder) throws Exception {
    Certificate authority = Certificate.make(folder, "nodes");
    Path certificate = folder.resolve("node.crt");
    Path key = folder.resolve("node.key");
    authority.write(certificate, key);
    String[] ours = tls(certificate, key, certificate);
    TestServer.get(start(0, ours));
    TestServer.get(start(1, ours));
    TestServer.get(started.remove(1).close());

    // A stranger finds the cluster, and nobody listens to it.
    Path strangersCertificate = folder.resolve("stranger.crt");
    Path strangersKey = folder.resolve("stranger.key");
    Certificate.make(folder, "stranger").write(strangersCertificate, strangersKey);
    String[] strangers = tls(strangersCertificate, strangersKey, certificate);
    assertThat(refusal(start(1, strangers)))
        .startsWith("cluster.joinWithin = 2000ms: no word over the event bus from n1 (127.0.0.1:");
  }

  private static String[] tls(Path certificate, Path key, Path authority) {
    return new String[] {
      "cluster.joinWithin=2s",
      "cluster.tls.certificate=" + certificate,
      "cluster.tls.key=" + key,
      "cluster.tls.authority=" + authority
    };
  }
}
