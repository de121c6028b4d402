package dev.carillon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.faults.RecordingSubscriber.Wishes;
import dev.carillon.testing.Needs;
import dev.carillon.testing.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness's publishers and subscribers with one node, which alone keeps every promise. */
@Needs({Tool.IP, Tool.NFT})
final class ClientsIT {
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(10);

  @TempDir private Path folder;

  @Test
  void whatANodeKeepsOverKillsFreezesAndRestartsIsFoundWhole() throws IOException {
    try (FaultCluster cluster =
            FaultCluster.single(
                folder,
                List.of(
                    "store.path=" + folder.resolve("kept.db"),
                    "topics=[{\"match\":\"kept.>\",\"history\":{\"events\":1000000},"
                        + "\"overflow\":\"catch-up\"}]"));
        Clients clients = new Clients(FaultCluster.HTTP_PORT, Terms.DURABLE.keepsHistory())) {
      NodeProcess node = cluster.nodes().get(0);
      clients.publisher("p1", List.of("kept.a", "plain.a"), cluster.sites());
      clients.publisher("p2", List.of("kept.a", "plain.a", "plain.b"), cluster.sites());
      Duration patience = Duration.ofSeconds(2);
      clients.subscriber(
          "resuming", new Wishes(List.of("kept.a"), true, patience), cluster.sites());
      clients.subscriber(
          "live", new Wishes(List.of("kept.>", "plain.>"), false, Duration.ZERO), cluster.sites());
      clients.awaitSubscribed();
      clients.awaitAcknowledged(100);

      node.kill();
      node.start();
      clients.awaitAcknowledged(100);
      node.freeze();
      FaultCluster.hold(Duration.ofSeconds(3));
      node.thaw();
      clients.awaitAcknowledged(100);
      assertThat(node.drain()).as(node.saidNow()).isZero();
      node.start();
      clients.awaitAcknowledged(100);

      Verdict verdict = clients.settle(Terms.DURABLE, List.of(), ARRIVES_WITHIN);
      assertThat(verdict.violations()).as(verdict + "\n" + clients.troubles()).isEmpty();
      assertThat(verdict.received()).isGreaterThan(400);
      Observed observed = clients.observed(List.of());
      assertThat(observed.bySubscriber().get("resuming")).hasSizeGreaterThanOrEqualTo(4);
    }
  }
}
