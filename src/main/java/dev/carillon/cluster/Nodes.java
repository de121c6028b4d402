package dev.carillon.cluster;

import dev.carillon.cluster.NodeMessage.Events;
import dev.carillon.cluster.NodeMessage.Hello;
import dev.carillon.cluster.NodeMessage.InterestPart;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.cluster.NodeMessage.Wish;
import dev.carillon.cluster.NodeView.LinkView;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes of the cluster: what each of them wants, and the links to them.
 *
 * <p>Owned by the relay's event loop. A node that leaves without a word is kept for a while with
 * what it wanted: it may have been frozen or cut off, and comes back to be told exactly what it
 * missed.
 */
final class Nodes implements ArrivalOrder.Others {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.cluster");

  /** What is collected for a node before it is sent without waiting for the end of the turn. */
  private static final int COLLECTED_BYTES = 64 << 10;

  private static final int RECEIPT_MESSAGES = 128;
  private static final long RECEIPT_BYTES = 256 << 10;

  /** A member that is not heard for so long does not reach this node. */
  private static final long UNHEARD_NANOS = 3_000_000_000L;

  private final ClusterSettings settings;
  private final String self;
  private final Outside outside;
  private final Hubs hubs;
  private final LongSupplier nanos;

  private final Map<String, Peer> peers = new LinkedHashMap<>();
  private final InterestTable<Peer> interest = new InterestTable<>();

  /** Nodes that said farewell and that the cluster may still list. */
  private final Set<String> left = new HashSet<>();

  private final Set<Pattern> wanted = new HashSet<>();
  private final Map<Pattern, Boolean> changed = new LinkedHashMap<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private InterestSum sum = InterestSum.NONE;

  /** The sum that the others were told last. */
  private InterestSum told = InterestSum.NONE;

  private boolean interestScheduled;
  private boolean collectedScheduled;
  private boolean receiptsSoon;
  private boolean receiptsDue;
  private int suspended;
  private long lastLife;

  /** What reaches beyond this node's relay. */
  interface Outside {

    /** Sends to a node, without waiting. */
    void send(String nodeId, Buffer message);

    /** Runs {@code action} when this turn of the event loop has taken what came. */
    void atEndOfTurn(Runnable action);

    /** Runs {@code action} in a few milliseconds. */
    void soon(Runnable action);

    /** Runs {@code action} in a while that nobody who subscribes should wait. */
    void later(Runnable action);

    /** The cluster's members may have changed. */
    void lookAtMembers();
  }

  /** This node's own consumers. */
  interface Hubs {

    /**
     * Passes on what another node sent.
     *
     * @param taken runs when all that wanted it have it
     */
    void take(List<Gap> gaps, List<Hole> holes, List<EventFrame> frames, Runnable taken);

    /** Something may be missing that no link will tell: histories are to be looked at. */
    void lookAtHistories();
  }

  private record Waiting(long version, Runnable then) {}

  private static final class Peer {
    ClusterMember member;
    final NodeLink link;
    final Inbound inbound = new Inbound();
    InterestSum wants = InterestSum.NONE;

    /** Whether all that the node wants is known. */
    boolean interestIsWhole;

    /** Set once the node said anything: before, it serves nobody, and begins with our interest. */
    boolean everHeard;

    long heardNanos;
    long suspendedNanos;
    List<WireEvent> collected = new ArrayList<>();
    List<Runnable> collectedTaken = new ArrayList<>();
    long collectedBytes;
    int unreceipted;
    long unreceiptedBytes;
    boolean announcedUp;

    /** Losses on the way to the node, and on the way from it. */
    final LossLog lostTo;

    final LossLog lostFrom;

    /** Set while it is found out what it wants, after it was away. */
    boolean isBack;

    Peer(ClusterMember member, NodeLink link, long now) {
      this.member = member;
      this.link = link;
      this.heardNanos = now;
      this.lostTo = new LossLog(now);
      this.lostFrom = new LossLog(now);
    }
  }

  Nodes(ClusterSettings settings, String self, Outside outside, Hubs hubs, LongSupplier nanos) {
    this.settings = settings;
    this.self = self;
    this.outside = outside;
    this.hubs = hubs;
    this.nanos = nanos;
  }

  // ---- members

  /** The other members of the cluster, as it knows them now. */
  void members(Collection<ClusterMember> members) {
    Map<String, ClusterMember> byId = new HashMap<>();
    members.forEach(member -> byId.put(member.id(), member));
    left.retainAll(byId.keySet());
    byId.forEach(
        (id, member) -> {
          if (!left.contains(id)) {
            joined(member);
          }
        });
    for (Peer peer : List.copyOf(peers.values())) {
      if (!byId.containsKey(peer.member.id()) && !peer.link.isSuspended()) {
        gone(peer);
      }
    }
    answerWhoWaits();
  }

  private void joined(ClusterMember member) {
    Peer known = peers.get(member.id());
    long now = nanos.getAsLong();
    if (known == null) {
      NodeLink link =
          new NodeLink(
              self,
              message -> outside.send(member.id(), message),
              settings.linkBytes(),
              settings.lossTopics(),
              nextLife(),
              nanos);
      Peer peer = new Peer(member, link, now);
      peers.put(member.id(), peer);
      LOG.info("node joined node={} at={}:{}", member.node(), member.host(), member.port());
      link.sendWhole(wanted, sum);
      link.hello();
    } else if (known.link.isSuspended()) {
      known.member = member;
      known.heardNanos = now;
      known.isBack = true;
      known.announcedUp = false;
      suspended--;
      LOG.info(
          "node came back node={} away={}s",
          member.node(),
          (now - known.suspendedNanos) / 1_000_000_000L);
      known.link.resume();
      // What changed meanwhile was not sent.
      known.link.sendWhole(wanted, sum);
      hubs.lookAtHistories();
    }
  }

  private void gone(Peer peer) {
    LOG.warn(
        "node gone node={} without a word; kept for {}s",
        peer.member.node(),
        settings.forgetMs() / 1000);
    flushCollected(peer);
    peer.link.suspend();
    peer.suspendedNanos = nanos.getAsLong();
    suspended++;
    hubs.lookAtHistories();
    if (settings.forgetMs() == 0) {
      forget(peer);
    }
  }

  private void forget(Peer peer) {
    peers.remove(peer.member.id());
    interest.removeAll(peer);
    suspended -= peer.link.isSuspended() ? 1 : 0;
    peer.link.close();
  }

  /** Lives grow over all links of a node, so that one that was forgotten is a new one. */
  private long nextLife() {
    lastLife = Math.max(lastLife + 1, System.currentTimeMillis());
    return lastLife;
  }

  // ---- what this node wants

  /** A consumer of this node was the first to want a pattern, or the last. */
  void wants(Pattern pattern, boolean wants) {
    if (wants ? wanted.add(pattern) : wanted.remove(pattern)) {
      sum = wants ? sum.with(pattern.text()) : sum.without(pattern.text());
      // Twice changed is not changed.
      if (changed.remove(pattern) == null) {
        changed.put(pattern, wants);
      }
      if (!interestScheduled) {
        interestScheduled = true;
        outside.atEndOfTurn(this::flushInterest);
      }
    }
  }

  private void flushInterest() {
    interestScheduled = false;
    sum = sum.at(sum.version() + 1);
    told = sum;
    for (Peer peer : peers.values()) {
      if (!peer.link.isSuspended()) {
        changed.forEach(peer.link::wants);
        peer.link.flushInterest(sum);
      }
    }
    changed.clear();
    answerWhoWaits();
  }

  /** Runs {@code then} when every member knows all that this node wants by now. */
  void whenKnown(Runnable then) {
    waiting.addLast(new Waiting(interestScheduled ? sum.version() + 1 : sum.version(), then));
    answerWhoWaits();
  }

  private void answerWhoWaits() {
    if (waiting.isEmpty()) {
      return;
    }
    long known = interestScheduled ? sum.version() : Long.MAX_VALUE;
    for (Peer peer : peers.values()) {
      if (peer.everHeard && !peer.link.isSuspended()) {
        known = Math.min(known, peer.link.receivedVersion());
      }
    }
    while (!waiting.isEmpty() && waiting.peekFirst().version() <= known) {
      waiting.removeFirst().then().run();
    }
  }

  /** Whether every member and this node know what the other wants. */
  boolean isLinkedWithAll() {
    return peers.values().stream().allMatch(peer -> peer.link.isSuspended() || isLinked(peer));
  }

  /** The names of members that have not told or heard yet. */
  List<String> notLinked() {
    return peers.values().stream()
        .filter(peer -> !peer.link.isSuspended() && !isLinked(peer))
        .map(
            peer -> peer.member.node() + " (" + peer.member.host() + ":" + peer.member.port() + ")")
        .toList();
  }

  private static boolean isLinked(Peer peer) {
    return peer.interestIsWhole && peer.link.receivedVersion() >= 0;
  }

  // ---- events of this node

  /**
   * Sends events to the nodes that want them.
   *
   * @param expect called for each node that gets some of them; what it gives is run when that node
   *     has taken them, or is too slow to wait for
   */
  void offer(List<EventFrame> frames, Supplier<Runnable> expect) {
    if (peers.isEmpty()) {
      return;
    }
    List<Peer> wanting = new ArrayList<>(4);
    for (int i = 0; i < frames.size(); i++) {
      EventFrame frame = frames.get(i);
      List<Peer> route = interest.route(frame.topic());
      if (!route.isEmpty()) {
        WireEvent event = WireEvent.of(frame);
        for (int r = 0; r < route.size(); r++) {
          Peer peer = route.get(r);
          if (!wanting.contains(peer)) {
            wanting.add(peer);
          }
          peer.collected.add(event);
          peer.collectedBytes += event.size();
        }
      }
      if (suspended > 0) {
        countUnasked(frame, route);
      }
    }
    for (int i = 0; i < wanting.size(); i++) {
      Peer peer = wanting.get(i);
      peer.collectedTaken.add(expect.get());
      if (peer.collectedBytes >= COLLECTED_BYTES) {
        flushCollected(peer);
      }
    }
    if (!wanting.isEmpty() && !collectedScheduled) {
      collectedScheduled = true;
      outside.atEndOfTurn(
          () -> {
            collectedScheduled = false;
            peers.values().forEach(Nodes::flushCollected);
          });
    }
  }

  private void countUnasked(EventFrame frame, List<Peer> route) {
    for (Peer peer : peers.values()) {
      if (peer.link.isSuspended() && !route.contains(peer)) {
        peer.link.missUnasked(frame);
      }
    }
  }

  /** Sends a gap to the nodes that want its topic. */
  void announce(Gap gap) {
    for (Peer peer : interest.route(gap.topic())) {
      flushCollected(peer);
      peer.link.announce(gap);
    }
  }

  /** Tells the nodes that want its topic what is to be read from a history. */
  void repair(Hole hole) {
    for (Peer peer : interest.route(hole.topic())) {
      flushCollected(peer);
      peer.link.repair(hole);
    }
  }

  private static void flushCollected(Peer peer) {
    if (!peer.collected.isEmpty()) {
      List<WireEvent> events = peer.collected;
      List<Runnable> taken = peer.collectedTaken;
      peer.collected = new ArrayList<>(events.size());
      peer.collectedTaken = new ArrayList<>();
      peer.collectedBytes = 0;
      peer.link.offer(events, taken);
    }
  }

  // ---- what other nodes say

  void hear(NodeMessage message) {
    Peer peer = peers.get(message.sender());
    if (peer == null) {
      if (!left.contains(message.sender())) {
        // The cluster told the other one first.
        outside.lookAtMembers();
      }
      return;
    }
    peer.heardNanos = nanos.getAsLong();
    peer.everHeard = true;
    if (message instanceof Numbered numbered) {
      take(peer, numbered);
    } else if (message instanceof Hello hello) {
      answer(peer, hello);
    } else if (message instanceof Receipt receipt) {
      heard(peer, receipt);
    } else {
      LOG.info("node left node={}", peer.member.node());
      left.add(message.sender());
      flushCollected(peer);
      forget(peer);
      answerWhoWaits();
    }
  }

  private void take(Peer peer, Numbered message) {
    Inbound.Step step = peer.inbound.take(message);
    switch (step) {
      case MISSING -> send(peer, peer.inbound.receipt(self, message.life(), Wish.SEND_AGAIN));
      case REPEATED -> receiptSoon(peer);
      case TAKE, TAKE_AFTER_LOSS -> {
        if (step == Inbound.Step.TAKE_AFTER_LOSS) {
          peer.lostFrom.addUncounted();
          tellLost(peer);
          hubs.take(
              List.of(new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, GapReason.CLUSTER_LOSS)),
              List.of(),
              List.of(),
              () -> {});
        }
        Inbound.Taking taking = peer.inbound.begin();
        if (message.load() instanceof Events events) {
          takeEvents(peer, events, taking);
        } else if (message.load() instanceof InterestPart part) {
          takeInterest(peer, part);
          peer.inbound.taken(taking);
          receiptSoon(peer);
        }
      }
    }
  }

  private void takeEvents(Peer peer, Events events, Inbound.Taking taking) {
    List<EventFrame> frames = new ArrayList<>(events.events().size());
    long bytes = 0;
    for (WireEvent event : events.events()) {
      frames.add(event.frame());
      bytes += event.size();
    }
    long size = bytes;
    if (!events.gaps().isEmpty()) {
      log(peer, events.gaps());
    }
    hubs.take(
        events.gaps(),
        events.holes(),
        frames,
        () -> {
          if (peer.inbound.taken(taking)) {
            receiptLater(peer, size);
          }
        });
  }

  private void log(Peer peer, List<Gap> gaps) {
    for (Gap gap : gaps) {
      // Others are no losses of the way, but news of a history.
      if (gap.reason() == GapReason.CLUSTER_LOSS) {
        if (gap.isCounted()) {
          peer.lostFrom.add(gap.count());
        } else {
          peer.lostFrom.addUncounted();
        }
      }
    }
    tellLost(peer);
  }

  /** Says what was lost between a node and this one, both ways. */
  private void tellLost(Peer peer) {
    long now = nanos.getAsLong();
    if (peer.lostFrom.isDue(now)) {
      LOG.warn(
          "events lost on the way from node={} {}", peer.member.node(), peer.lostFrom.tell(now));
    }
    peer.lostTo.upTo(peer.link.eventsLost());
    if (!peer.link.isSuspended() && peer.lostTo.isDue(now)) {
      LOG.warn(
          "events lost on the way to node={} {} inFlight={} window={} lag={}ms",
          peer.member.node(),
          peer.lostTo.tell(now),
          peer.link.bytesInFlight(),
          peer.link.window(),
          peer.link.lagMillis());
    }
  }

  private void takeInterest(Peer peer, InterestPart part) {
    if (part.begins()) {
      interest.removeAll(peer);
      peer.wants = InterestSum.NONE;
    }
    for (Pattern pattern : part.added()) {
      if (interest.add(peer, pattern)) {
        peer.wants = peer.wants.with(pattern.text());
      }
    }
    for (Pattern pattern : part.removed()) {
      if (interest.remove(peer, pattern)) {
        peer.wants = peer.wants.without(pattern.text());
      }
    }
    if (part.version() != InterestPart.MORE_FOLLOWS) {
      peer.wants = peer.wants.at(part.version());
      peer.interestIsWhole = true;
      tellUp(peer);
    }
  }

  private void tellUp(Peer peer) {
    if (!peer.announcedUp && isReachable(peer)) {
      peer.announcedUp = true;
      LOG.info("linked with node={} wants={} topics", peer.member.node(), peer.wants.patterns());
    }
  }

  private void answer(Peer peer, Hello hello) {
    Wish wish = Wish.NOTHING;
    if (peer.inbound.lacks(hello)) {
      wish = Wish.SEND_AGAIN;
    } else if (peer.inbound.isAt(hello)
        && hello.interest().version() != InterestPart.MORE_FOLLOWS
        && !hello.interest().equals(peer.wants)) {
      LOG.warn(
          "what node={} wants differed from what was known of it; asked again", peer.member.node());
      wish = Wish.SEND_INTEREST;
    } else if (peer.isBack && peer.inbound.isAt(hello)) {
      peer.isBack = false;
      peer.link.announceUnasked(topic -> interest.route(topic).contains(peer));
    }
    send(peer, peer.inbound.receipt(self, hello.life(), wish));
  }

  private void heard(Peer peer, Receipt receipt) {
    NodeLink link = peer.link;
    if (link.isForgotten(receipt)) {
      LOG.warn("node={} has forgotten what it had of this node", peer.member.node());
      link.beginAnew(nextLife(), wanted, sum);
    } else {
      link.receipt(receipt);
      if (receipt.wish() == Wish.SEND_INTEREST && receipt.life() == link.life()) {
        link.sendWhole(wanted, sum);
      }
    }
    tellUp(peer);
    answerWhoWaits();
  }

  /** A receipt costs as much as a message of events, so many of these share one. */
  private void receiptLater(Peer peer, long bytes) {
    peer.unreceipted++;
    peer.unreceiptedBytes += bytes;
    if (peer.unreceipted >= RECEIPT_MESSAGES || peer.unreceiptedBytes >= RECEIPT_BYTES) {
      sendReceipt(peer);
    } else if (!receiptsDue && !receiptsSoon) {
      receiptsDue = true;
      outside.later(
          () -> {
            receiptsDue = false;
            peers.values().forEach(this::sendReceipt);
          });
    }
  }

  /** Somebody waits for the answer to a subscription. */
  private void receiptSoon(Peer peer) {
    peer.unreceipted++;
    if (!receiptsSoon) {
      receiptsSoon = true;
      outside.soon(
          () -> {
            receiptsSoon = false;
            peers.values().forEach(this::sendReceipt);
          });
    }
  }

  private void sendReceipt(Peer peer) {
    if (peer.unreceipted > 0) {
      send(peer, peer.inbound.receipt(self, peer.inbound.life(), Wish.NOTHING));
    }
  }

  private void send(Peer peer, NodeMessage message) {
    if (message instanceof Receipt) {
      peer.unreceipted = 0;
      peer.unreceiptedBytes = 0;
    }
    outside.send(peer.member.id(), NodeCodec.encode(message));
  }

  // ---- time

  /** Once a second. */
  void second() {
    long now = nanos.getAsLong();
    for (Peer peer : List.copyOf(peers.values())) {
      tellLost(peer);
      if (!peer.link.isSuspended()) {
        peer.link.hello();
      } else if (now - peer.suspendedNanos > settings.forgetMs() * 1_000_000L) {
        peer.lostTo.upTo(peer.link.eventsLost());
        LOG.info("node forgotten node={} lost {}", peer.member.node(), peer.lostTo.tell(now));
        forget(peer);
      }
    }
  }

  /** A few times a second. */
  void tick() {
    peers.values().forEach(peer -> peer.link.releaseIfLagging());
  }

  /** Whether a member has not been heard for a while: perhaps it can't find this node. */
  boolean missesSomebody() {
    long now = nanos.getAsLong();
    return peers.values().stream()
        .anyMatch(peer -> !peer.link.isSuspended() && now - peer.heardNanos > UNHEARD_NANOS);
  }

  /** Asks all members what came of what was sent; the answers come behind all that they sent. */
  @Override
  public void ask() {
    peers.values().stream().filter(Nodes::isReachable).forEach(peer -> peer.link.hello());
  }

  @Override
  public boolean heardSince(long then) {
    return peers.values().stream()
        .allMatch(peer -> !isReachable(peer) || peer.heardNanos - then > 0);
  }

  private static boolean isReachable(Peer peer) {
    return isLinked(peer) && !peer.link.isSuspended();
  }

  /** Whether a node is gone that may come back. */
  boolean isSomebodyAway() {
    return suspended > 0;
  }

  /** Whether all that was sent has been taken. */
  boolean isIdle() {
    return peers.values().stream()
        .allMatch(
            peer -> peer.link.isSuspended() || (peer.collected.isEmpty() && peer.link.isIdle()));
  }

  /** Tells all members that this node leaves. */
  void farewell() {
    Buffer farewell = NodeCodec.encode(new NodeMessage.Farewell(self));
    for (Peer peer : peers.values()) {
      if (!peer.link.isSuspended()) {
        outside.send(peer.member.id(), farewell);
      }
    }
  }

  /** Nodes that are reached and that reach this one, itself among them. */
  int linked() {
    long now = nanos.getAsLong();
    int linked = 1;
    for (Peer peer : peers.values()) {
      linked += state(peer, now) == NodeView.State.UP ? 1 : 0;
    }
    return linked;
  }

  NodeView view() {
    long now = nanos.getAsLong();
    List<LinkView> links = new ArrayList<>();
    for (Peer peer : peers.values()) {
      links.add(
          new LinkView(
              peer.member,
              state(peer, now),
              peer.link.bytesInFlight(),
              peer.link.window(),
              peer.link.lagMillis(),
              peer.link.eventsSent(),
              peer.link.eventsLost(),
              peer.link.resent(),
              peer.wants,
              (now - peer.heardNanos) / 1_000_000));
    }
    return new NodeView(told, linked(), List.copyOf(links));
  }

  private static NodeView.State state(Peer peer, long now) {
    if (peer.link.isSuspended()) {
      return NodeView.State.SUSPENDED;
    }
    return isLinked(peer) && now - peer.heardNanos <= UNHEARD_NANOS
        ? NodeView.State.UP
        : NodeView.State.DOWN;
  }
}
