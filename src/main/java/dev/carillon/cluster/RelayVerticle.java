package dev.carillon.cluster;

import dev.carillon.cluster.RelayMessage.Attachment;
import dev.carillon.cluster.RelayMessage.BatchTaken;
import dev.carillon.cluster.RelayMessage.CountsWanted;
import dev.carillon.cluster.RelayMessage.Detachment;
import dev.carillon.cluster.RelayMessage.InterestChange;
import dev.carillon.cluster.RelayMessage.Publication;
import dev.carillon.cluster.RelayMessage.StoredAgain;
import dev.carillon.cluster.RelayMessage.ViewWanted;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.store.HeadNotice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Passes each publication on to the consumers that asked for its topics: to those of this node, and
 * in a cluster to the relays of the nodes that have some.
 *
 * <p>One relay's event loop sees every event of the node, so that all subscribers see a topic's
 * events in one order.
 */
public final class RelayVerticle extends VerticleBase {
  /** The relay's event-bus address on its node. */
  static final String ADDRESS = "carillon.relay";

  private final Optional<RelayCluster> cluster;
  private final Map<String, Attached> consumers = new HashMap<>();
  private final InterestTable<Attached> interest = new InterestTable<>();
  private @Nullable LocalMessages messages;
  private @Nullable ClusterRelay nodes;
  private long lostByDetached;

  /** Makes the relay of a node that is alone. */
  public RelayVerticle() {
    this(Optional.empty());
  }

  public RelayVerticle(Optional<RelayCluster> cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts.
   *
   * @return in a cluster, completes when this node and all others know what the other wants
   */
  @Override
  public Future<?> start() {
    LocalMessages made = new LocalMessages(vertx);
    messages = made;
    made.hear(ADDRESS, RelayMessage.class, this::take);
    if (cluster.isEmpty()) {
      return Future.succeededFuture();
    }
    ClusterRelay joined = new ClusterRelay(vertx, cluster.get(), new Local());
    nodes = joined;
    return joined.start();
  }

  /**
   * Sends what is on its way to other nodes, then tells them that this one leaves. For any thread.
   */
  public Future<Void> leave() {
    ClusterRelay leaving = nodes;
    if (leaving == null) {
      return Future.succeededFuture();
    }
    Promise<Void> left = Promise.promise();
    context.runOnContext(v -> leaving.leave(left::complete));
    return left.future();
  }

  /** A store says which histories went on; this node may not have got it. For any thread. */
  public void hear(HeadNotice notice) {
    context.runOnContext(
        v -> {
          if (nodes != null) {
            nodes.hear(notice);
          }
        });
  }

  private void take(RelayMessage message) {
    if (message instanceof Publication publication) {
      relay(publication);
    } else if (message instanceof BatchTaken taken) {
      Attached consumer = consumers.get(taken.consumer());
      if (consumer != null) {
        consumer.link.acknowledged(taken.number());
      }
    } else if (message instanceof RelayMessage.Announcement announcement) {
      announce(announcement.gap());
      if (nodes != null) {
        nodes.announce(announcement.gap());
      }
    } else if (message instanceof InterestChange change) {
      change(change);
    } else if (message instanceof Attachment attachment) {
      attach(attachment);
    } else if (message instanceof Detachment detachment) {
      detach(detachment.consumer());
    } else if (message instanceof CountsWanted wanted) {
      send(wanted.consumer(), new ConsumerMessage.Counted(wanted.number(), counts()));
    } else if (message instanceof ViewWanted wanted) {
      send(wanted.consumer(), new ConsumerMessage.Viewed(wanted.number(), view()));
    } else if (message instanceof StoredAgain stored && nodes != null) {
      nodes.repair(stored.hole());
    }
  }

  private void attach(Attachment attachment) {
    String address = attachment.consumer();
    Link link = new Link(batch -> send(address, batch), attachment.maxBytes());
    consumers.put(address, new Attached(link, attachment.paced()));
  }

  private void detach(String address) {
    Attached consumer = consumers.remove(address);
    if (consumer != null) {
      interest.removeAll(consumer).forEach(this::wantedLess);
      consumer.link.close();
      lostByDetached += consumer.link.eventsLost();
    }
  }

  private RelayCounts counts() {
    long bytesInFlight = 0;
    long eventsLost = lostByDetached;
    for (Attached consumer : consumers.values()) {
      bytesInFlight += consumer.link.bytesInFlight();
      eventsLost += consumer.link.eventsLost();
    }
    return new RelayCounts(consumers.size(), interest.size(), bytesInFlight, eventsLost);
  }

  private NodeView view() {
    return nodes == null ? NodeView.ALONE : nodes.view();
  }

  private void change(InterestChange change) {
    Attached consumer = consumers.get(change.consumer());
    if (consumer == null) {
      return;
    }
    for (Pattern pattern : change.added()) {
      boolean first = !interest.isAskedFor(pattern);
      interest.add(consumer, pattern);
      if (first && nodes != null) {
        nodes.wants(pattern, true);
      }
    }
    for (Pattern pattern : change.removed()) {
      interest.remove(consumer, pattern);
      wantedLess(pattern);
    }
    Runnable inForce =
        () -> send(change.consumer(), new ConsumerMessage.InterestTaken(change.number()));
    if (nodes == null) {
      inForce.run();
    } else {
      nodes.whenKnown(inForce);
    }
  }

  private void wantedLess(Pattern pattern) {
    if (nodes != null && !interest.isAskedFor(pattern)) {
      nodes.wants(pattern, false);
    }
  }

  private void relay(Publication publication) {
    Countdown outstanding =
        new Countdown(
            () ->
                send(
                    publication.sender(),
                    new ConsumerMessage.PublicationTaken(publication.number())));
    List<EventFrame> frames = publication.frames();
    if (nodes != null) {
      nodes.offer(
          frames,
          () -> {
            outstanding.expect();
            return outstanding::taken;
          });
      nodes.inOrder(List.of(), List.of(), frames, outstanding);
    } else {
      deliver(frames, outstanding);
    }
    outstanding.taken();
  }

  private void announce(Gap gap) {
    // Whose topics a gap of many is about only the consumers know.
    (gap.topic().equals(Gap.MANY_TOPICS)
            ? List.copyOf(consumers.values())
            : interest.route(gap.topic()))
        .forEach(consumer -> consumer.link.announce(gap));
  }

  private void deliver(List<EventFrame> frames, Countdown outstanding) {
    List<Attached> wanting = new ArrayList<>(4);
    for (int i = 0; i < frames.size(); i++) {
      EventFrame frame = frames.get(i);
      List<Attached> route = interest.route(frame.topic());
      for (int r = 0; r < route.size(); r++) {
        Attached consumer = route.get(r);
        if (consumer.collected.isEmpty()) {
          wanting.add(consumer);
        }
        consumer.collected.add(frame);
      }
    }
    for (Attached consumer : wanting) {
      List<EventFrame> collected = consumer.collected;
      consumer.collected = new ArrayList<>(collected.size());
      if (consumer.paced) {
        outstanding.expect();
        if (!consumer.link.offer(collected, outstanding::taken)) {
          outstanding.taken();
        }
      } else {
        consumer.link.offer(collected, null);
      }
    }
  }

  private void send(String address, ConsumerMessage message) {
    if (messages != null) {
      messages.send(address, message);
    }
  }

  private static final class Attached {
    final Link link;
    final boolean paced;

    /** The events of the publication at hand that go to this consumer. */
    List<EventFrame> collected = new ArrayList<>();

    Attached(Link link, boolean paced) {
      this.link = link;
      this.paced = paced;
    }
  }

  /** This node's consumers, as what comes from other nodes finds them. */
  private final class Local implements ClusterRelay.Local {
    @Override
    public void deliver(List<EventFrame> frames, Countdown outstanding) {
      RelayVerticle.this.deliver(frames, outstanding);
    }

    @Override
    public void announce(Gap gap) {
      RelayVerticle.this.announce(gap);
    }

    @Override
    public void repair(Hole hole) {
      interest.route(hole.topic()).forEach(consumer -> consumer.link.repair(hole));
    }

    @Override
    public boolean wants(String topic) {
      return !interest.route(topic).isEmpty();
    }
  }
}
