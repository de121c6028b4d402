package dev.carillon.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.Needs;
import dev.carillon.testing.Tool;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The harness's own networks: a fault cuts what it says and nothing else, and all of it goes away.
 */
@Needs({Tool.IP, Tool.NFT})
final class NetworkIT {
  private static final int PORT = 7000;
  private static final int OTHER_PORT = 7001;
  private static final Duration SOON = Duration.ofSeconds(20);

  private Namespaces namespaces;
  private LinkFaults faults;
  private NodeSite n1;
  private NodeSite n2;
  private NodeSite n3;
  private final Map<NodeSite, Process> peers = new HashMap<>();

  @BeforeEach
  void open() throws IOException {
    namespaces = Namespaces.open(3);
    faults = new LinkFaults(namespaces);
    n1 = namespaces.sites().get(0);
    n2 = namespaces.sites().get(1);
    n3 = namespaces.sites().get(2);
    for (NodeSite site : namespaces.sites()) {
      peers.put(site, new ProcessBuilder(site.within(peer())).start());
    }
    await()
        .atMost(SOON)
        .until(() -> reaches(n1, n2) && reaches(n2, n3) && reaches(n3, n1) && reachesOther(n1, n3));
  }

  @AfterEach
  void close() throws IOException {
    namespaces.close();
  }

  private static List<String> peer() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx32m", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(
        Path.of(System.getProperty("carillon.target", "target"), "test-classes")
            .toAbsolutePath()
            .toString());
    command.addAll(
        List.of(PeerProgram.class.getName(), String.valueOf(PORT), String.valueOf(OTHER_PORT)));
    return command;
  }

  /** How many milliseconds the one takes to fetch so many bytes from the other, or -1. */
  private long fetch(NodeSite one, String address, int port, int bytes, int patienceMillis)
      throws IOException {
    Process peer = Objects.requireNonNull(peers.get(one));
    Writer stdin = peer.outputWriter(UTF_8);
    stdin.write(address + " " + port + " " + bytes + " " + patienceMillis + "\n");
    stdin.flush();
    return Long.parseLong(peer.inputReader(UTF_8).readLine());
  }

  private boolean reaches(NodeSite one, NodeSite other) throws IOException {
    return fetch(one, other.inner(), PORT, 1, 500) >= 0;
  }

  private boolean reachesOther(NodeSite one, NodeSite other) throws IOException {
    return fetch(one, other.inner(), OTHER_PORT, 1, 500) >= 0;
  }

  private static void assertClientsReach(NodeSite site) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(site.outer(), PORT), 500);
    }
  }

  @Test
  void twoThatAreCutReachTheThirdAndTheirClients() throws IOException {
    faults.cut(n1, n2);
    assertThat(reaches(n1, n2)).isFalse();
    assertThat(reaches(n2, n1)).isFalse();
    assertThat(reaches(n1, n3)).isTrue();
    assertThat(reaches(n3, n2)).isTrue();
    assertClientsReach(n1);
    assertClientsReach(n2);
    faults.heal();
    assertThat(reaches(n1, n2)).isTrue();
    assertThat(reaches(n2, n1)).isTrue();
  }

  @Test
  void anIsolatedNodeReachesNoOther() throws IOException {
    faults.isolate(n1);
    assertThat(reaches(n1, n2)).isFalse();
    assertThat(reaches(n3, n1)).isFalse();
    assertThat(reaches(n2, n3)).isTrue();
    assertClientsReach(n1);
  }

  @Test
  void aCutOneWayDropsThePacketsOfThatWayOnly() throws IOException {
    faults.cutOneWay(n1, n2);
    ping(n3, n2, true);
    // An answer would have to take the way that is cut, whoever asks.
    ping(n1, n2, false);
    ping(n2, n1, false);
    assertThat(seen(n1, n2)).as("arrives at the other side").isZero();
    assertThat(seen(n2, n1)).isPositive();
  }

  private void ping(NodeSite one, NodeSite other, boolean answered) throws IOException {
    assertThat(reaches(one, other)).isEqualTo(answered);
  }

  /** How many packets of the one have come to the other since this was first asked. */
  private long seen(NodeSite from, NodeSite to) throws IOException {
    Programs.feed(
        """
        table ip seen {
          chain input { type filter hook prerouting priority 0; ip saddr %s counter; }
        }
        """
            .formatted(from.inner()),
        List.of("ip", "netns", "exec", to.namespace(), "nft", "-f", "-"));
    boolean ignored = reaches(from, to) || reaches(to, from);
    assertThat(ignored).isFalse();
    String counted =
        Programs.run("ip", "netns", "exec", to.namespace(), "nft", "list", "table", "ip", "seen");
    return Long.parseLong(counted.replaceAll("(?s).*counter packets (\\d+) .*", "$1"));
  }

  @Test
  void aBlockedPortLeavesTheOthersOpen() throws IOException {
    faults.block(n1, PORT);
    assertThat(reaches(n2, n1)).isFalse();
    assertThat(reachesOther(n2, n1)).isTrue();
    assertThat(reaches(n1, n2)).as("the same port of another node").isTrue();
    assertClientsReach(n1);
  }

  @Test
  void lossDropsSomeAndNotAll() throws IOException {
    faults.lose(20);
    // Few enough to come through soon, and so many packets that some are dropped for certain.
    assertThat(fetch(n1, n2.inner(), PORT, 60_000, 60_000)).isNotNegative();
    assertThat(dropped()).isPositive();
  }

  private long dropped() throws IOException {
    String rules =
        Programs.run(
            "ip", "netns", "exec", namespaces.hub(), "nft", "list", "table", "bridge", "faults");
    assertThat(rules).contains("counter packets");
    return Long.parseLong(rules.replaceAll("(?s).*?counter packets (\\d+) .*", "$1"));
  }

  @Test
  void aSlowLinkPassesAboutWhatItSays() throws IOException {
    faults.slow(n1, n2, 100);
    long took = fetch(n2, n1.inner(), PORT, 300_000, 30_000);
    assertThat(took).isBetween(1_500L, 25_000L);
    assertThat(fetch(n3, n1.inner(), PORT, 300_000, 30_000)).isBetween(0L, 1_500L);
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    List<ProcessHandle> running = peers.values().stream().map(Process::toHandle).toList();
    assertThat(running).allMatch(ProcessHandle::isAlive);
    Programs.run("kill", "-STOP", String.valueOf(running.get(0).pid()));
    namespaces.close();
    await().atMost(SOON).until(() -> running.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(mine()).isEmpty();
    assertThat(
            NetworkInterface.getByInetAddress(InetAddress.getByName(namespaces.clientsAddress())))
        .isNull();
  }

  private static List<String> mine() throws IOException {
    String owner = "-" + ProcessHandle.current().pid() + "-";
    return Namespaces.all().stream().filter(name -> name.contains(owner)).toList();
  }

  @Test
  void whatAnOwnerThatIsGoneLeftIsTakenAway() throws IOException, InterruptedException {
    Process owner = new ProcessBuilder("true").start();
    assertThat(owner.waitFor()).isZero();
    String stale = "carillon-faults-" + owner.pid() + "-n1";
    Programs.run("ip", "netns", "add", stale);
    Process left = new ProcessBuilder("ip", "netns", "exec", stale, "cat").start();
    namespaces.close();
    Namespaces next = Namespaces.open(1);
    try {
      await().atMost(SOON).until(() -> !left.isAlive());
      assertThat(Namespaces.all()).doesNotContain(stale);
    } finally {
      next.close();
    }
  }
}
