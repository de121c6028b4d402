package dev.carillon.faults;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.Needs;
import dev.carillon.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Faults in random order for as long as is said, as {@code bench/faults} runs them: {@code
 * -Dcarillon.seconds}, {@code -Dcarillon.seed} which repeats the order, and {@code
 * -Dcarillon.report} for the file that says what happened.
 */
@Needs({Tool.IP, Tool.NFT})
final class RandomFaults {
  /** So many faults see the same clients: what these wrote down has to stay in memory. */
  private static final int FAULTS_OF_ONE_GENERATION = 10;

  private final long seed = Long.getLong("carillon.seed", System.nanoTime());
  private final Duration time = Duration.ofSeconds(Long.getLong("carillon.seconds", 120));
  private final FaultStore.Kind kind =
      FaultStore.Kind.valueOf(System.getProperty("carillon.store", "postgres").toUpperCase(ROOT));
  private final Path logs =
      Path.of(System.getProperty("carillon.target", "target"), "faults-" + seed);

  @Test
  void everyPromiseHoldsThroughFaultsInRandomOrder() throws IOException, InterruptedException {
    Files.createDirectories(logs);
    Path file = Path.of(System.getProperty("carillon.report", logs + "/report.md"));
    Report report =
        new Report(
            file,
            """
            # Reliability

            Three nodes in network namespaces of one machine, faults in random order, and clients that publish and
            subscribe all the while; `bench/faults %d %d` repeats the order. Columns count from the last new
            generation of clients on.
            """
                .formatted(time.toSeconds(), seed));
    long end = System.nanoTime() + time.toNanos();
    Random random = new Random(seed);
    try (FaultStore store = new FaultStore(kind);
        FaultCluster cluster = FaultCluster.start(3, logs, store::settings)) {
      cluster.awaitWhole();
      Faults faults = new Faults(cluster, store);
      try (FaultRun run = new FaultRun(cluster, store)) {
        for (int done = 1; System.nanoTime() < end; done++) {
          Incident incident = run.run(faults.any(random));
          report.add(incident);
          if (!incident.isRight() || done % FAULTS_OF_ONE_GENERATION == 0) {
            run.renewClients();
          }
        }
      }
    }
    List<Incident> wrong = report.wrong();
    assertThat(wrong).as("seed %d, see %s and %s", seed, file, logs).isEmpty();
  }
}
