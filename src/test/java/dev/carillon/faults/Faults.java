package dev.carillon.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.store.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/** The faults that nodes of a cluster must survive. */
final class Faults {
  /** Long enough that every node has found out, and a while more. */
  private static final Duration FOUND_OUT = FaultCluster.FAILURE_FOUND_WITHIN.plusSeconds(1);

  private static final Duration NOT_FOUND_OUT = FaultCluster.FAILURE_FOUND_WITHIN.dividedBy(2);

  /** By its connections, which end with the process. */
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  private static final Duration A_WHILE = Duration.ofSeconds(4);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int LOSS_PERCENT = 20;

  /** Less than what clients publish in these runs, so that the link falls behind. */
  private static final int SLOW_KILOBYTES_PER_SECOND = 20;

  private final FaultCluster cluster;
  private final Optional<PostgresServer> database;

  Faults(FaultCluster cluster, FaultStore store) {
    this.cluster = cluster;
    this.database = store.database();
  }

  /** {@code kill -9} of all of these at once; they are started again in the end. */
  Fault kill(List<NodeProcess> victims) {
    return Fault.of(
        "kill -9 of " + names(victims),
        sites(victims),
        () -> {
          for (NodeProcess victim : victims) {
            victim.kill();
          }
        },
        AT_ONCE,
        () -> {
          for (NodeProcess victim : victims) {
            victim.launch();
          }
          victims.forEach(NodeProcess::awaitListening);
        });
  }

  /** SIGSTOP that ends before anybody takes the node for gone. */
  Fault freezeShortly(NodeProcess victim) {
    return Fault.of(
            "freeze of " + names(List.of(victim)) + " for " + NOT_FOUND_OUT.toSeconds() + " s",
            sites(List.of(victim)),
            victim::freeze,
            NOT_FOUND_OUT,
            victim::thaw)
        .parting();
  }

  /** SIGSTOP until the others have taken the node for gone. */
  Fault freezeLong(NodeProcess victim) {
    return Fault.of(
            "freeze of " + names(List.of(victim)) + " for " + FOUND_OUT.toSeconds() + " s",
            sites(List.of(victim)),
            victim::freeze,
            FOUND_OUT,
            victim::thaw)
        .parting();
  }

  /** A node and all others hear nothing of each other. */
  Fault cutOff(NodeProcess victim) {
    return Fault.of(
            names(List.of(victim)) + " cut off",
            sites(List.of(victim)),
            () -> cluster.links().isolate(victim.site()),
            FOUND_OUT,
            cluster.links()::heal)
        .parting()
        .whenLongEnough(() -> assertOnlyTheLargerSideIsReady(victim));
  }

  /** What a node sends to one other does not come there. */
  Fault cutOneWay(NodeProcess from, NodeProcess to) {
    return Fault.of(
            "way from " + names(List.of(from)) + " to " + names(List.of(to)) + " cut",
            sites(List.of(from, to)),
            () -> cluster.links().cutOneWay(from.site(), to.site()),
            FOUND_OUT,
            cluster.links()::heal)
        .parting();
  }

  /** Nobody reaches a node's event bus, while Hazelcast takes it for healthy. */
  Fault blockBus(NodeProcess victim) {
    return Fault.of(
            "bus port of " + names(List.of(victim)) + " blocked",
            sites(List.of(victim)),
            () -> cluster.links().block(victim.site(), FaultCluster.BUS_PORT),
            FOUND_OUT,
            cluster.links()::heal)
        .parting();
  }

  /** Packets are lost between all nodes. */
  Fault lose() {
    return Fault.of(
        LOSS_PERCENT + " % of packets lost",
        cluster.sites(),
        () -> cluster.links().lose(LOSS_PERCENT),
        A_WHILE,
        cluster.links()::heal);
  }

  /** Two nodes have a slow link. */
  Fault slow(NodeProcess one, NodeProcess other) {
    return Fault.of(
        "slow link between " + names(List.of(one)) + " and " + names(List.of(other)),
        sites(List.of(one, other)),
        () -> cluster.links().slow(one.site(), other.site(), SLOW_KILOBYTES_PER_SECOND),
        A_WHILE,
        cluster.links()::heal);
  }

  /** Each node in turn drains, ends and comes back. */
  Fault rollingRestart() {
    return Fault.of(
        "rolling restart",
        cluster.sites(),
        () -> {
          for (NodeProcess node : cluster.nodes()) {
            assertThat(node.drain()).as(node.saidNow()).isZero();
            node.start();
            cluster.awaitWhole();
          }
        },
        Duration.ZERO,
        Fault.NOTHING);
  }

  /** {@code kill -9} of the database's every process; it is started again in the end. */
  Fault killDatabase() {
    PostgresServer server = database.orElseThrow();
    return Fault.of(
            "kill -9 of the database",
            List.of(),
            () -> ofDatabase(server::kill),
            A_WHILE,
            () -> ofDatabase(server::start))
        .whenLongEnough(this::assertStoreIsUnavailable);
  }

  /** SIGSTOP of the database's every process: connections stay open and nothing is answered. */
  Fault freezeDatabase() {
    PostgresServer server = database.orElseThrow();
    return Fault.of(
            "freeze of the database for " + A_WHILE.toSeconds() + " s",
            List.of(),
            () -> ofDatabase(server::freeze),
            A_WHILE,
            () -> ofDatabase(server::thaw))
        .whenLongEnough(this::assertStoreIsUnavailable);
  }

  private interface DatabaseStep {
    void run() throws Exception;
  }

  private static void ofDatabase(DatabaseStep step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private void assertStoreIsUnavailable() throws IOException, InterruptedException {
    for (NodeSite site : cluster.sites()) {
      assertThat(cluster.view().publish(site, "kept.probe"))
          .as(site.name() + " answers")
          .contains("store_unavailable");
    }
  }

  /** One of all of these, as chance has it. */
  Fault any(Random random) {
    List<NodeProcess> nodes = cluster.nodes();
    int first = random.nextInt(nodes.size());
    NodeProcess one = nodes.get(first);
    NodeProcess other = nodes.get((first + 1 + random.nextInt(nodes.size() - 1)) % nodes.size());
    return switch (random.nextInt(database.isPresent() ? 12 : 10)) {
      case 0 -> kill(List.of(one));
      case 1 -> kill(List.of(one, other));
      case 2 -> freezeShortly(one);
      case 3 -> freezeLong(one);
      case 4 -> cutOff(one);
      case 5 -> cutOneWay(one, other);
      case 6 -> blockBus(one);
      case 7 -> lose();
      case 8 -> slow(one, other);
      case 9 -> rollingRestart();
      case 10 -> killDatabase();
      default -> freezeDatabase();
    };
  }

  private void assertOnlyTheLargerSideIsReady(NodeProcess alone) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              for (NodeSite site : cluster.sites()) {
                assertThat(cluster.view().isReady(site))
                    .as(site.name() + " is ready")
                    .isEqualTo(!site.equals(alone.site()));
              }
            });
  }

  private static List<NodeSite> sites(List<NodeProcess> nodes) {
    List<NodeSite> sites = new ArrayList<>();
    nodes.forEach(node -> sites.add(node.site()));
    return sites;
  }

  private static String names(List<NodeProcess> nodes) {
    return nodes.stream().map(node -> node.site().name()).collect(Collectors.joining(" and "));
  }
}
