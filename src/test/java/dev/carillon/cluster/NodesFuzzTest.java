package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Three nodes over a network that loses connections, while members come and go in each node's own
 * view: everything arrives in order and once, or is announced with its count.
 */
final class NodesFuzzTest {
  private static final int STEPS = 400;
  private static final List<String> PLAIN = List.of("plain.a", "plain.b");
  private static final String KEPT = "kept";
  private static final long SECOND = 1_000_000_000L;

  private final List<Site> sites = new ArrayList<>();
  private final Map<String, Deque<Buffer>> wires = new LinkedHashMap<>();
  private Random random = new Random(0);
  private long now;
  private long stored;

  /** A node with all it hears. */
  private final class Site implements Nodes.Outside, Nodes.Hubs {
    final String id;
    final Nodes nodes;
    final Set<String> members = new HashSet<>();
    final Deque<Runnable> later = new ArrayDeque<>();
    final Deque<Runnable> takings = new ArrayDeque<>();

    /** By publisher and topic the numbers that came. */
    final Map<String, List<Long>> received = new HashMap<>();

    final Map<String, Long> announced = new HashMap<>();
    final TreeSet<Long> covered = new TreeSet<>();
    final Map<String, Long> published = new TreeMap<>();
    final Set<Long> own = new HashSet<>();
    boolean uncounted;

    Site(int index, long windowBytes) {
      id = new UUID(1, index).toString();
      nodes =
          new Nodes(
              new ClusterSettings(
                  "n" + index,
                  "test",
                  "127.0.0.1",
                  1,
                  1,
                  new ClusterSettings.Finding.Multicast(),
                  Map.of(),
                  1,
                  1000,
                  1000,
                  8000,
                  5000,
                  windowBytes,
                  100,
                  3_600_000,
                  50,
                  Optional.empty()),
              id,
              this,
              this,
              () -> now);
    }

    @Override
    public void send(String nodeId, Buffer message) {
      wires.computeIfAbsent(id + ">" + nodeId, w -> new ArrayDeque<>()).addLast(message);
    }

    @Override
    public void atEndOfTurn(Runnable action) {
      later.addLast(action);
    }

    @Override
    public void soon(Runnable action) {
      later.addLast(action);
    }

    @Override
    public void later(Runnable action) {
      later.addLast(action);
    }

    @Override
    public void lookAtMembers() {
      // The cluster tells when it tells.
    }

    @Override
    public void lookAtHistories() {
      // The test looks at what came.
    }

    @Override
    public void take(List<Gap> gaps, List<Hole> holes, List<EventFrame> frames, Runnable taken) {
      for (Gap gap : gaps) {
        if (gap.isCounted()) {
          announced.merge(gap.topic(), gap.count(), Long::sum);
        } else {
          uncounted = true;
        }
      }
      for (Hole hole : holes) {
        for (long offset = hole.from(); offset <= hole.to(); offset++) {
          covered.add(offset);
        }
      }
      for (EventFrame frame : frames) {
        if (frame.offset() > 0) {
          covered.add(frame.offset());
        } else {
          String[] source = frame.event().id().split("-", -1);
          received
              .computeIfAbsent(source[0] + "/" + frame.topic(), s -> new ArrayList<>())
              .add(Long.valueOf(source[1]));
        }
      }
      takings.addLast(taken);
    }

    void runLater() {
      while (!later.isEmpty()) {
        later.removeFirst().run();
      }
    }

    void runTakings(int atMost) {
      for (int i = 0; i < atMost && !takings.isEmpty(); i++) {
        takings.removeFirst().run();
      }
      runLater();
    }

    void publish(String topic, int count) {
      List<EventFrame> frames = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Optional<Position> position = Optional.empty();
        String eventId;
        if (topic.equals(KEPT)) {
          position = Optional.of(new Position("e", ++stored));
          eventId = "kept-" + stored;
          own.add(stored);
        } else {
          eventId = sites.indexOf(this) + "-" + published.merge(topic, 1L, Long::sum);
        }
        frames.add(
            new EventFrame(
                new Event(
                    new Topic(topic),
                    eventId,
                    0,
                    Optional.empty(),
                    EventData.parse("1"),
                    position)));
      }
      nodes.offer(frames, () -> () -> {});
      runLater();
    }

    void tellMembers() {
      nodes.members(
          members.stream().map(other -> new ClusterMember(other, other, "127.0.0.1", 1)).toList());
      runLater();
    }
  }

  @Property(tries = 300)
  void everythingArrivesInOrderOrIsAnnounced(@ForAll long seed) throws Exception {
    random = new Random(seed);
    sites.clear();
    wires.clear();
    stored = 0;
    now = 0;
    long window = random.nextBoolean() ? 1 << 20 : 400;
    for (int i = 0; i < 3; i++) {
      sites.add(new Site(i, window));
    }
    for (Site site : sites) {
      PLAIN.forEach(topic -> site.nodes.wants(new Pattern(topic), true));
      site.nodes.wants(new Pattern(KEPT), true);
      site.runLater();
    }
    heal();
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    heal();
    check();
  }

  private void step() throws Exception {
    Site site = sites.get(random.nextInt(3));
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> site.publish(PLAIN.get(random.nextInt(2)), 1 + random.nextInt(4));
      case 3 -> site.publish(KEPT, 1 + random.nextInt(3));
      case 4, 5, 6 -> deliver(random.nextInt(6));
      case 7 -> site.runTakings(random.nextInt(5));
      case 8 -> {
        // A connection breaks: what is on it is gone.
        List<Deque<Buffer>> all = List.copyOf(wires.values());
        if (!all.isEmpty() && random.nextInt(4) == 0) {
          all.get(random.nextInt(all.size())).clear();
        }
      }
      case 9 -> {
        now += SECOND;
        sites.forEach(each -> each.nodes.tick());
        site.nodes.second();
        site.runLater();
      }
      case 10 -> {
        if (random.nextInt(4) == 0) {
          String other = sites.get(random.nextInt(3)).id;
          if (!other.equals(site.id)) {
            boolean gone = site.members.remove(other);
            if (!gone) {
              site.members.add(other);
            }
            site.tellMembers();
          }
        }
      }
      default -> {
        Pattern pattern = new Pattern("other." + random.nextInt(5));
        site.nodes.wants(pattern, random.nextBoolean());
        site.runLater();
      }
    }
  }

  private void deliver(int atMost) throws Exception {
    List<String> names = List.copyOf(wires.keySet());
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    Deque<Buffer> wire = wires.get(name);
    for (int i = 0; wire != null && i < atMost && !wire.isEmpty(); i++) {
      arrive(name, wire.removeFirst());
    }
  }

  private void arrive(String wire, Buffer message) throws Exception {
    String to = wire.substring(wire.indexOf('>') + 1);
    for (Site site : sites) {
      if (site.id.equals(to)) {
        site.nodes.hear(NodeCodec.decode(message));
        site.runLater();
      }
    }
  }

  /** All see each other, nothing is lost any more, and time passes. */
  private void heal() throws Exception {
    for (Site site : sites) {
      sites.stream().filter(other -> other != site).forEach(other -> site.members.add(other.id));
      site.tellMembers();
    }
    for (int second = 0; second < 30; second++) {
      now += SECOND;
      for (Site site : sites) {
        site.nodes.tick();
        site.nodes.second();
        site.runLater();
      }
      for (int round = 0; round < 200 && !isQuiet(); round++) {
        for (String name : List.copyOf(wires.keySet())) {
          Deque<Buffer> wire = wires.get(name);
          while (wire != null && !wire.isEmpty()) {
            arrive(name, wire.removeFirst());
          }
        }
        sites.forEach(site -> site.runTakings(1000));
      }
    }
  }

  private boolean isQuiet() {
    return wires.values().stream().allMatch(Deque::isEmpty)
        && sites.stream().allMatch(site -> site.takings.isEmpty());
  }

  private void check() {
    for (Site site : sites) {
      assertThat(site.nodes.notLinked()).isEmpty();
      assertThat(site.nodes.isIdle()).as(() -> site.nodes.view().toString()).isTrue();
      for (NodeView.LinkView link : site.nodes.view().links()) {
        assertThat(link.state()).isEqualTo(NodeView.State.UP);
        assertThat(link.interest())
            .as("what is believed of the other")
            .isEqualTo(site(link.member().id()).nodes.view().interest());
      }
      for (String topic : PLAIN) {
        long missing = 0;
        for (Site publisher : sites) {
          if (publisher != site) {
            List<Long> numbers =
                site.received.getOrDefault(
                    sites.indexOf(publisher) + "/" + topic, new ArrayList<>());
            assertThat(numbers).as("in order and once").isSorted().doesNotHaveDuplicates();
            missing += publisher.published.getOrDefault(topic, 0L) - numbers.size();
          }
        }
        assertThat(site.announced.getOrDefault(topic, 0L))
            .as("announced of " + topic)
            .isEqualTo(missing);
      }
      assertThat(site.uncounted).as("every loss has a count").isFalse();
    }
    // A hole may name what a node stored itself; nothing that others stored may be left out.
    for (Site site : sites) {
      Set<Long> others = new TreeSet<>();
      for (long offset = 1; offset <= stored; offset++) {
        others.add(offset);
      }
      others.removeAll(site.own);
      assertThat(site.covered).containsAll(others);
    }
  }

  private Site site(String id) {
    return sites.stream().filter(site -> site.id.equals(id)).findFirst().orElseThrow();
  }
}
