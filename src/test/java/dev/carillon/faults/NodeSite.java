package dev.carillon.faults;

import java.util.ArrayList;
import java.util.List;

/**
 * Where one node lives.
 *
 * @param name its name in the cluster, {@code n1}
 * @param namespace the network namespace
 * @param inner its address among the nodes, which faults act on
 * @param outer its address for clients, which faults leave alone
 */
record NodeSite(String name, String namespace, String inner, String outer) {
  /** A command that becomes the given one within the site's network, under the same process id. */
  List<String> within(List<String> command) {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    whole.addAll(command);
    return whole;
  }
}
