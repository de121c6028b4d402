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

            What was tried on a cluster, and what came of it. `bench/faults [SECONDS] [SEED] [REPORT] [STORE]` makes this page;
            it needs root, iproute2 and nftables. This one: `bench/faults %d %d docs/reliability.md %s`. The seed repeats the
            order of the faults, not the moment in which each meets an event.

            ## What is run
            Three nodes of the built jar, each in a network namespace of its own on one machine, with
            `cluster.minimumMembers=2`, a heartbeat of 1 s that may be missing for %d s, and links of 64 KiB, so that a fault of
            seconds fills them. Histories are in `%s`. Four publishers send numbered events, 25 a second each, to topics with
            history and without; nine subscribers write down all that comes, some staying with their node, some going to the next
            one, some resuming where they were. One fault at a time: `kill -9` of one node or two, freezes (SIGSTOP), a node cut
            off, one direction of one way cut, the bus port blocked while Hazelcast's is not, packets lost, a slow link, a
            rolling restart, and with `postgres` the database killed or frozen.

            ## What is checked after each fault
            - Every node sees every other one again and knows exactly what it wants.
            - Nothing came that was not published or not asked for, nothing twice, and a publisher's events in their order.
            - On topics without history: what was acknowledged and did not come was announced by a gap, counted exactly where
              somebody could count it, and never announced though it came.
            - On topics with history: everything acknowledged is there, at the offset that was acknowledged, in one order for all
              subscribers; each offset once, over every reconnect, without a hole and without a gap; one event has one offset
              however often its publisher repeated it. With `hazelcast` a history may end and begin anew, announced.
            - Clients of nodes that the fault did not touch had a median below 50 ms and 99 of 100 events within 1 s meanwhile.
            - A cut-off node is not ready and the others are; with its database gone every node answers `store_unavailable`.

            ## Limits
            - One machine: no power cut, no disk that lies, no clock that jumps, and one fault at a time.
            - Nobody can know that an event was wanted by a subscriber of a node that had not heard of it yet: between nodes that
              could not reach each other such events count as "out of reach" and are not announced.
            - What a node acknowledged on a topic without history in its last moment goes with it if it was not yet on its way to
              others: they do not know of it, and no gap says so. The checks count it as "out of reach" for the
              last quarter of a second.
            - "Unknown" are publications whose connection ended before the answer; they may have come or not.
            - The rate is low: it is about what is lost, not about how much fits through.

            ## The run
            "Took" is the fault, its healing and the checks; "healed in" is from its end until the cluster was whole. The other
            columns but the latencies count from the last new generation of clients on, one of every %d faults.
            """
                .formatted(
                    time.toSeconds(),
                    seed,
                    kind.name().toLowerCase(ROOT),
                    FaultCluster.FAILURE_FOUND_WITHIN.toSeconds(),
                    kind.name().toLowerCase(ROOT),
                    FAULTS_OF_ONE_GENERATION));
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
