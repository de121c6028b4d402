package dev.carillon.faults;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Two networks that exist in this machine only: an inner one among the nodes and an outer one
 * between nodes and clients. Each node has a namespace; one more holds the two bridges; the clients
 * are this process.
 *
 * <p>A program beside this process takes everything away as soon as this process closes its pipe or
 * ends, however it ends. What a run left whose program was killed too, the next run takes away.
 */
final class Namespaces implements AutoCloseable {
  private static final String PREFIX = "carillon-faults-";
  private static final Pattern NAME = Pattern.compile("^" + PREFIX + "(\\d+)-\\S+");
  private static final long PATIENCE_SECONDS = 30;

  /**
   * Takes away what the prefix in {@code $1} names, and its link into this namespace, {@code $2}.
   */
  private static final String TAKE_AWAY =
      """
      for namespace in $(ip netns list | cut -d' ' -f1 | grep "^$1"); do
        ip netns pids "$namespace" | xargs -r kill -KILL
        ip netns delete "$namespace"
      done
      ip link delete "$2" 2> /dev/null || true
      """;

  private static final String TAKE_AWAY_AT_THE_END =
      "trap '' INT TERM HUP; cat > /dev/null\n" + TAKE_AWAY;

  private final String prefix;
  private final String hub;
  private final int outerNetwork;
  private final Process keeper;
  private final List<NodeSite> sites = new ArrayList<>();

  private Namespaces() throws IOException {
    long process = ProcessHandle.current().pid();
    this.prefix = prefix(process);
    this.hub = prefix + "net";
    this.outerNetwork = freeNetwork(process);
    this.keeper =
        new ProcessBuilder("sh", "-c", TAKE_AWAY_AT_THE_END, "sh", prefix, link(process))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** Makes the networks with so many nodes, called n1, n2 and so on. */
  static Namespaces open(int nodes) throws IOException {
    takeAwayStale();
    Namespaces opened = new Namespaces();
    try {
      opened.build(nodes);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static String prefix(long process) {
    return PREFIX + process + "-";
  }

  /** The interface through which a process is in its outer network; at most 15 characters. */
  private static String link(long process) {
    return "crl" + process;
  }

  /** The namespaces there are whose name a harness chose, this one's or another's. */
  static List<String> all() throws IOException {
    return Programs.run("ip", "netns", "list")
        .lines()
        .map(NAME::matcher)
        .filter(Matcher::find)
        .map(Matcher::group)
        .toList();
  }

  private static void takeAwayStale() throws IOException {
    TreeSet<Long> owners =
        all().stream()
            .map(NAME::matcher)
            .filter(Matcher::find)
            .map(match -> Long.parseLong(match.group(1)))
            .collect(toCollection(TreeSet::new));
    for (long owner : owners) {
      if (ProcessHandle.of(owner).isEmpty()) {
        Programs.run("sh", "-c", TAKE_AWAY, "sh", prefix(owner), link(owner));
      }
    }
  }

  /** The third number of an outer network that nothing on this machine uses. */
  private static int freeNetwork(long process) throws SocketException {
    for (int attempt = 0; attempt < 250; attempt++) {
      int network = 1 + (int) ((process + attempt) % 250);
      boolean taken =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .anyMatch(address -> address.getHostAddress().startsWith(outer(network, "")));
      if (!taken) {
        return network;
      }
    }
    throw new IllegalStateException("no network of 10.77.0.0/16 is free");
  }

  private static String outer(int network, String host) {
    return "10.77." + network + "." + host;
  }

  private void build(int nodes) throws IOException {
    add(hub);
    in(
        hub,
        Stream.of("inner", "outer")
            .flatMap(
                bridge ->
                    Stream.of(
                        "link add " + bridge + " type bridge", "link set " + bridge + " up")));
    String link = link(ProcessHandle.current().pid());
    Programs.run(
        "ip", "link", "add", link, "type", "veth", "peer", "name", "clients", "netns", hub);
    Programs.run("ip", "address", "add", clientsAddress() + "/24", "dev", link);
    Programs.run("ip", "link", "set", link, "up");
    in(hub, Stream.of("link set clients master outer up"));
    for (int node = 1; node <= nodes; node++) {
      addNode(node);
    }
  }

  private void addNode(int node) throws IOException {
    NodeSite site =
        new NodeSite(
            "n" + node,
            prefix + "n" + node,
            "10.77.0." + (10 + node),
            outer(outerNetwork, String.valueOf(10 + node)));
    add(site.namespace());
    in(
        hub,
        Stream.of("inner", "outer")
            .flatMap(
                bridge -> {
                  String port = bridge + node;
                  return Stream.of(
                      "link add %s type veth peer name %s netns %s"
                          .formatted(port, bridge, site.namespace()),
                      "link set %s master %s up".formatted(port, bridge));
                }));
    in(
        site.namespace(),
        Stream.of(
            "link set lo up",
            "address add " + site.inner() + "/24 dev inner",
            "address add " + site.outer() + "/24 dev outer",
            "link set inner up",
            "link set outer up"));
    sites.add(site);
  }

  private static void add(String namespace) throws IOException {
    Programs.run("ip", "netns", "add", namespace);
  }

  private static void in(String namespace, Stream<String> lines) throws IOException {
    String batch = String.join("\n", lines.toList()) + "\n";
    Programs.feed(batch, List.of("ip", "-n", namespace, "-batch", "-"));
  }

  List<NodeSite> sites() {
    return List.copyOf(sites);
  }

  /** The namespace that every packet between two nodes passes. */
  String hub() {
    return hub;
  }

  /** This process's address in the outer network, for servers that nodes shall reach. */
  String clientsAddress() {
    return outer(outerNetwork, "1");
  }

  /** Ends every process in the namespaces and takes these away. */
  @Override
  public void close() throws IOException {
    keeper.getOutputStream().close();
    try {
      if (!keeper.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the namespaces of " + prefix + " don't go away");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while namespaces go away", e);
    }
  }
}
