package dev.carillon.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the nodes of a cluster on this machine find each other.
 *
 * @param ports of the nodes, in order
 */
public record ClusterPlaces(List<Integer> ports) {
  /** Below those that a system gives to connections, so that nothing takes one meanwhile. */
  private static final int FROM = 17_000;

  private static final int TO = 32_000;

  /** So many ports that are free now. */
  public static ClusterPlaces of(int nodes) {
    SplittableRandom random = new SplittableRandom();
    List<Integer> ports = new ArrayList<>();
    while (ports.size() < nodes) {
      int port = random.nextInt(FROM, TO);
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
      }
    }
    return new ClusterPlaces(List.copyOf(ports));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** The settings of node {@code i}, counted from 0; it is called n1, n2, … */
  public List<String> settings(int i) {
    String members =
        ports.stream()
            .map(port -> "\"127.0.0.1:" + port + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    return List.of(
        "node=n" + (i + 1),
        "cluster.enabled=true",
        "cluster.port=" + ports.get(i),
        "cluster.members=" + members);
  }

  /** The settings of all nodes. */
  public List<List<String>> settings() {
    return IntStream.range(0, ports.size()).mapToObj(this::settings).toList();
  }
}
