package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A subscriber id is one connection in the whole cluster. */
final class ClusterIdentityTest {
  @RegisterExtension static final ClusterFixture CLUSTER = new ClusterFixture(3);

  @Test
  void anEventReachesASubscriberOfAnotherNode() {
    RawWebSocket there = CLUSTER.node(1).webSocket("?subscriber=ann").subscribe("t");
    CLUSTER.node(0).webSocket().publish("t", "1");
    assertThat(there.readEvent("t")).isEqualTo(1);
  }

  @Test
  void aNodeThatWasKilledComesBack() throws Exception {
    CLUSTER.kill(2);
    CLUSTER.start(2);
    RawWebSocket there = CLUSTER.node(2).webSocket("?subscriber=ann").subscribe("t");
    CLUSTER.node(0).webSocket().publish("t", "1");
    assertThat(there.readEvent("t")).isEqualTo(1);
  }
}
