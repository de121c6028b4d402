package dev.carillon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Needs;
import dev.carillon.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Three nodes in one cluster, and one fault after another while clients publish and subscribe: what
 * is promised holds through each, and afterwards every node knows what every other one wants.
 */
@Needs({Tool.IP, Tool.NFT})
@TestInstance(Lifecycle.PER_CLASS)
final class ClusterFaultsIT {
  /** What the nodes say stays there, for whoever looks into a failure. */
  private final Path logs = Path.of(System.getProperty("carillon.target", "target"), "faults");

  private final FaultStore store = new FaultStore(FaultStore.Kind.POSTGRES);
  private FaultCluster cluster;
  private Faults faults;
  private FaultRun run;
  private final Report report = new Report(logs.resolve("report.md"), "# Faults, each once\n");

  // A cluster takes longer to start than a fault to pass: all tests share one.
  @BeforeAll
  void start() throws IOException {
    try {
      cluster = FaultCluster.start(3, Files.createDirectories(logs), store::settings);
      faults = new Faults(cluster, store);
      cluster.awaitWhole();
      run = new FaultRun(cluster, store);
    } catch (IOException | RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  @AfterAll
  void stop() throws IOException {
    if (run != null) {
      run.close();
    }
    if (cluster != null) {
      cluster.close();
    }
    store.close();
  }

  private NodeProcess node(int number) {
    return cluster.nodes().get(number - 1);
  }

  private void assertKeepsPromises(Fault fault) throws IOException, InterruptedException {
    Incident incident = run.run(fault);
    report.add(incident);
    if (!incident.isRight()) {
      String troubles = String.join("\n", run.troubles());
      run.renewClients();
      throw new AssertionError(incident + "\n" + troubles + "\nsee " + logs);
    }
    assertThat(incident.verdict().received()).isPositive();
  }

  @Test
  void aNodeIsKilled() throws IOException, InterruptedException {
    assertKeepsPromises(faults.kill(List.of(node(1))));
  }

  @Test
  void twoOfThreeNodesAreKilledAtOnce() throws IOException, InterruptedException {
    assertKeepsPromises(faults.kill(List.of(node(2), node(3))));
  }

  @Test
  void aNodeFreezesForLongerThanItTakesToNotice() throws IOException, InterruptedException {
    assertKeepsPromises(faults.freezeLong(node(2)));
  }

  @Test
  void aNodeIsCutOff() throws IOException, InterruptedException {
    assertKeepsPromises(faults.cutOff(node(3)));
  }

  @Test
  void aWayIsCutInOneDirection() throws IOException, InterruptedException {
    assertKeepsPromises(faults.cutOneWay(node(1), node(2)));
  }

  @Test
  void theBusIsBlockedWhileHazelcastIsNot() throws IOException, InterruptedException {
    assertKeepsPromises(faults.blockBus(node(2)));
  }

  @Test
  void packetsAreLost() throws IOException, InterruptedException {
    assertKeepsPromises(faults.lose());
  }

  @Test
  void theDatabaseIsKilled() throws IOException, InterruptedException {
    assertKeepsPromises(faults.killDatabase());
  }

  @Test
  void theDatabaseFreezes() throws IOException, InterruptedException {
    assertKeepsPromises(faults.freezeDatabase());
  }

  @Test
  void everyNodeIsRestartedInTurn() throws IOException, InterruptedException {
    assertKeepsPromises(faults.rollingRestart());
  }
}
