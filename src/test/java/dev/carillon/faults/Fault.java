package dev.carillon.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Something that goes wrong for a while, and what it takes to end it.
 *
 * @param name what the report calls it
 * @param touched the nodes that it happens to: the clients of others must not notice
 * @param parted the nodes that can't hear what others want meanwhile
 * @param begin lets it begin
 * @param lasts how long it lasts
 * @param during what must be so at its end
 * @param end ends it
 */
record Fault(
    String name,
    Set<String> touched,
    Set<String> parted,
    Step begin,
    Duration lasts,
    Step during,
    Step end) {
  /** Part of a fault. */
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  static final Step NOTHING = () -> {};

  static Fault of(String name, List<NodeSite> touched, Step begin, Duration lasts, Step end) {
    return new Fault(name, names(touched), Set.of(), begin, lasts, NOTHING, end);
  }

  /** The same, and the touched nodes hear of nothing meanwhile. */
  Fault parting() {
    return new Fault(name, touched, touched, begin, lasts, during, end);
  }

  /** The same, with something that must be so at its end. */
  Fault whenLongEnough(Step check) {
    return new Fault(name, touched, parted, begin, lasts, check, end);
  }

  private static Set<String> names(List<NodeSite> sites) {
    return sites.stream().map(NodeSite::name).collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return name;
  }
}
