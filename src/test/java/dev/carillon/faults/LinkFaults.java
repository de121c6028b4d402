package dev.carillon.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What goes wrong between nodes: packets that are dropped where all of them pass, so that neither
 * side's kernel knows. Address resolution is left alone.
 */
final class LinkFaults {
  private static final String TABLE = "bridge faults";

  private final Namespaces namespaces;
  private final List<String> rules = new ArrayList<>();

  LinkFaults(Namespaces namespaces) {
    this.namespaces = namespaces;
  }

  /** Nothing passes between the two. */
  void cut(NodeSite one, NodeSite other) throws IOException {
    add(way(one, other) + "drop", way(other, one) + "drop");
  }

  /** Nothing passes from the one to the other; the way back is open. */
  void cutOneWay(NodeSite from, NodeSite to) throws IOException {
    add(way(from, to) + "drop");
  }

  /** Nothing passes between the node and any other. */
  void isolate(NodeSite node) throws IOException {
    for (NodeSite other : namespaces.sites()) {
      if (!other.equals(node)) {
        cut(node, other);
      }
    }
  }

  /** No TCP passes to or from this port of the node; its other ports are open. */
  void block(NodeSite node, int port) throws IOException {
    add(
        "ip daddr %s tcp dport %d drop".formatted(node.inner(), port),
        "ip saddr %s tcp sport %d drop".formatted(node.inner(), port));
  }

  /** So many packets of a hundred are lost, whoever sends them. */
  void lose(int percent) throws IOException {
    add("ip protocol tcp numgen random mod 100 < " + percent + " counter drop");
  }

  /** What the two send each other beyond so much in a second is lost. */
  void slow(NodeSite one, NodeSite other, int kilobytesPerSecond) throws IOException {
    String over = "limit rate over %d kbytes/second burst 16 kbytes drop";
    add(
        way(one, other) + over.formatted(kilobytesPerSecond),
        way(other, one) + over.formatted(kilobytesPerSecond));
  }

  /** Everything passes again. */
  void heal() throws IOException {
    rules.clear();
    apply();
  }

  private static String way(NodeSite from, NodeSite to) {
    return "ip saddr %s ip daddr %s ".formatted(from.inner(), to.inner());
  }

  private void add(String... more) throws IOException {
    rules.addAll(List.of(more));
    apply();
  }

  private void apply() throws IOException {
    // As one transaction: no packet passes between the old rules and the new ones.
    String table =
        """
        add table %1$s
        delete table %1$s
        table %1$s {
          chain forward {
            type filter hook forward priority 0; policy accept;
        %2$s
          }
        }
        """
            .formatted(
                TABLE, rules.stream().map(rule -> "    " + rule).collect(Collectors.joining("\n")));
    Programs.feed(table, List.of("ip", "netns", "exec", namespaces.hub(), "nft", "-f", "-"));
  }
}
