package dev.carillon.cluster;

import dev.carillon.cluster.NodeCodec.UnreadableException;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.store.HeadNotice;
import dev.carillon.store.HistoryBounds;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A relay's part in a cluster: its one address on the clustered event bus, its {@link Nodes}, and
 * the order in which events of histories go on. Owned by the relay's event loop.
 */
final class ClusterRelay {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.cluster");
  private static final long SECOND_MS = 1000;
  private static final long TICK_MS = 200;
  private static final long SOON_MS = 4;
  private static final long LATER_MS = 20;
  private static final int SECONDS_BETWEEN_REGISTRATIONS = 5;
  private static final int SECONDS_BETWEEN_LOOKS = 2;

  /** How long the last messages to others may take when this node leaves. */
  private static final int LEAVE_TICKS = 15;

  private final Vertx vertx;
  private final Context context;
  private final RelayCluster cluster;
  private final Local local;
  private final Nodes nodes;
  private final ArrivalOrder order;
  private final Optional<HeadSweep> heads;
  private final Promise<Void> linked = Promise.promise();
  private @Nullable MessageConsumer<Buffer> registration;
  private int secondsSinceRegistration;
  private int secondsSinceLook;
  private int looksDue;
  private long unreadable;
  private long unreadableTold;
  private boolean orderScheduled;
  private boolean lookScheduled;

  /** This node's consumers. */
  interface Local {

    void deliver(List<EventFrame> frames, Countdown outstanding);

    void announce(Gap gap);

    void repair(Hole hole);

    /** Whether any consumer asks for the topic. */
    boolean wants(String topic);
  }

  ClusterRelay(Vertx vertx, RelayCluster cluster, Local local) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.cluster = cluster;
    this.local = local;
    this.nodes =
        new Nodes(
            cluster.settings(),
            cluster.membership().selfId(),
            new Bus(),
            new Hubs(),
            System::nanoTime);
    this.order = new ArrivalOrder(cluster.settings().orderMs(), System::nanoTime, nodes);
    this.heads = cluster.store().map(store -> new HeadSweep(store, context, this::seen));
  }

  /** Completes when this node and all members know what the other wants. */
  Future<Void> start() {
    return register()
        .compose(
            registered -> {
              cluster.membership().onChange(() -> context.runOnContext(v -> lookAtMembers()));
              lookAtMembers();
              vertx.setPeriodic(SECOND_MS, timer -> second());
              vertx.setPeriodic(TICK_MS, timer -> tick());
              long deadline =
                  vertx.setTimer(
                      cluster.settings().joinMs(),
                      timer ->
                          linked.tryFail(
                              "cluster.joinWithin = "
                                  + cluster.settings().joinMs()
                                  + "ms: no word over the event bus from "
                                  + String.join(", ", nodes.notLinked())));
              completeIfLinked();
              return linked.future().onComplete(done -> vertx.cancelTimer(deadline));
            });
  }

  private Future<Void> register() {
    MessageConsumer<Buffer> made =
        vertx
            .eventBus()
            .<Buffer>consumer(NodeCalls.address(cluster.membership().selfId()), this::heard);
    registration = made;
    secondsSinceRegistration = 0;
    return made.completion();
  }

  private void heard(Message<Buffer> message) {
    Buffer body = message.body();
    if (NodeCalls.isCall(body)) {
      cluster.calls().heard(message);
      return;
    }
    try {
      nodes.hear(NodeCodec.decode(body));
    } catch (UnreadableException e) {
      unreadable++;
      if (unreadable == 1 || unreadable - unreadableTold > 1000) {
        unreadableTold = unreadable;
        LOG.error("refused {}; so far {}", e.getMessage(), unreadable);
      }
      return;
    }
    completeIfLinked();
  }

  private void completeIfLinked() {
    if (!linked.future().isComplete() && nodes.isLinkedWithAll()) {
      linked.tryComplete();
    }
  }

  private void lookAtMembers() {
    nodes.members(cluster.membership().others());
    completeIfLinked();
  }

  private void tick() {
    nodes.tick();
    cluster.reach().linked(nodes.linked());
  }

  private void second() {
    // Told by events too; those may be lost, and this costs nothing.
    lookAtMembers();
    nodes.second();
    secondsSinceRegistration++;
    if (nodes.missesSomebody() && secondsSinceRegistration >= SECONDS_BETWEEN_REGISTRATIONS) {
      registerAgain();
    }
    secondsSinceLook++;
    boolean isCut = nodes.missesSomebody() || nodes.isSomebodyAway();
    if (heads.isPresent() && secondsSinceLook >= SECONDS_BETWEEN_LOOKS && (looksDue > 0 || isCut)) {
      looksDue = Math.max(0, looksDue - 1);
      secondsSinceLook = 0;
      heads.get().look();
    }
  }

  /** A member may have lost where this node is: the cluster's registrations are no promise. */
  private void registerAgain() {
    MessageConsumer<Buffer> before = registration;
    LOG.info("registering again: a member is not heard");
    register()
        .onComplete(
            done -> {
              if (before != null) {
                before.unregister();
              }
            });
  }

  // ---- for the relay

  void wants(Pattern pattern, boolean wanted) {
    nodes.wants(pattern, wanted);
  }

  void whenKnown(Runnable then) {
    nodes.whenKnown(then);
  }

  void offer(List<EventFrame> frames, Supplier<Runnable> expect) {
    nodes.offer(frames, expect);
  }

  void announce(Gap gap) {
    nodes.announce(gap);
  }

  /** An event is stored that may not have come to those who wait for it. */
  void repair(Hole hole) {
    inOrder(List.of(), List.of(hole), List.of(), Countdown.ofNothing());
    nodes.repair(hole);
  }

  NodeView view() {
    return nodes.view();
  }

  void hear(HeadNotice notice) {
    if (notice instanceof HeadNotice.Changed changed) {
      for (HeadNotice.HeadChange head : changed.heads()) {
        seen(head.topic(), head.epoch(), head.last());
      }
    } else {
      heads.ifPresent(HeadSweep::look);
    }
  }

  private void seen(HistoryBounds bounds) {
    seen(bounds.topic(), bounds.epoch(), bounds.last());
  }

  private void seen(String topic, String epoch, long last) {
    // That a history begins anew is announced by who purged it.
    if (last > 0) {
      Passing passing = new Passing();
      order.known(topic, epoch, last, local.wants(topic), passing);
      passing.pass(Countdown.ofNothing());
      tickLater();
    }
  }

  /** Runs {@code left} once nothing is on its way to others, and they know that this node goes. */
  void leave(Runnable left) {
    leave(left, LEAVE_TICKS);
  }

  private void leave(Runnable left, int ticksLeft) {
    if (nodes.isIdle() || ticksLeft == 0) {
      nodes.farewell();
      // What was written just now is to leave before the connections close.
      vertx.setTimer(SOON_MS * 10, timer -> left.run());
    } else {
      vertx.setTimer(TICK_MS, timer -> leave(left, ticksLeft - 1));
    }
  }

  /** Passes events on to the hubs: those of histories in the order of their offsets. */
  void inOrder(List<Gap> gaps, List<Hole> holes, List<EventFrame> frames, Countdown outstanding) {
    Passing passing = new Passing();
    for (Gap gap : gaps) {
      passing.gap(gap);
    }
    for (Hole hole : holes) {
      order.missed(hole, local.wants(hole.topic()), passing);
    }
    for (int i = 0; i < frames.size(); i++) {
      order.take(frames.get(i), passing);
    }
    passing.pass(outstanding);
    tickLater();
  }

  private void tickLater() {
    if (order.isWaiting() && !orderScheduled) {
      orderScheduled = true;
      vertx.setTimer(
          Math.max(1, cluster.settings().orderMs() / 4),
          timer -> {
            orderScheduled = false;
            Passing passing = new Passing();
            order.tick(passing);
            passing.pass(Countdown.ofNothing());
            tickLater();
          });
    }
  }

  /** Collects frames that go on together; a gap or a hole goes on behind those before it. */
  private final class Passing implements ArrivalOrder.Ready {
    private List<EventFrame> together = new ArrayList<>();

    @Override
    public void frame(EventFrame frame) {
      together.add(frame);
    }

    @Override
    public void hole(Hole hole) {
      pass(Countdown.ofNothing());
      local.repair(hole);
    }

    @Override
    public void gap(Gap gap) {
      pass(Countdown.ofNothing());
      local.announce(gap);
    }

    void pass(Countdown outstanding) {
      if (!together.isEmpty()) {
        List<EventFrame> frames = together;
        together = new ArrayList<>();
        local.deliver(frames, outstanding);
      }
    }
  }

  private final class Hubs implements Nodes.Hubs {
    @Override
    public void take(List<Gap> gaps, List<Hole> holes, List<EventFrame> frames, Runnable taken) {
      Countdown countdown = new Countdown(taken);
      inOrder(gaps, holes, frames, countdown);
      countdown.taken();
      for (Gap gap : gaps) {
        if (gap.topic().equals(Gap.MANY_TOPICS)) {
          lookAtHistories();
        }
      }
    }

    @Override
    public void lookAtHistories() {
      if (heads.isPresent()) {
        // Once more in a while: what a dying node had sent to the store may still be stored.
        looksDue = 2;
        heads.get().look();
      }
    }
  }

  private final class Bus implements Nodes.Outside {
    @Override
    public void send(String nodeId, Buffer message) {
      vertx.eventBus().send(NodeCalls.address(nodeId), message);
    }

    @Override
    public void atEndOfTurn(Runnable action) {
      context.runOnContext(v -> action.run());
    }

    @Override
    public void soon(Runnable action) {
      vertx.setTimer(SOON_MS, timer -> action.run());
    }

    @Override
    public void later(Runnable action) {
      vertx.setTimer(LATER_MS, timer -> action.run());
    }

    @Override
    public void lookAtMembers() {
      if (!lookScheduled) {
        lookScheduled = true;
        vertx.setTimer(
            SOON_MS,
            timer -> {
              lookScheduled = false;
              ClusterRelay.this.lookAtMembers();
            });
      }
    }
  }
}
