package dev.carillon.cluster;

import dev.carillon.cluster.RelayMessage.Attachment;
import dev.carillon.cluster.RelayMessage.BatchTaken;
import dev.carillon.cluster.RelayMessage.CountsWanted;
import dev.carillon.cluster.RelayMessage.Detachment;
import dev.carillon.cluster.RelayMessage.InterestChange;
import dev.carillon.cluster.RelayMessage.Publication;
import dev.carillon.event.EventFrame;
import io.vertx.core.AbstractVerticle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passes each publication on to the consumers that asked for its topics.
 *
 * <p>One relay's event loop sees every event of the node, so that all subscribers see a topic's
 * events in one order.
 */
public final class RelayVerticle extends AbstractVerticle {
  /** The relay's event-bus address on its node. */
  static final String ADDRESS = "carillon.relay";

  private final Map<String, Attached> consumers = new HashMap<>();
  private final InterestTable<Attached> interest = new InterestTable<>();
  private @Nullable LocalMessages messages;
  private long lostByDetached;

  @Override
  public void start() {
    LocalMessages made = new LocalMessages(vertx);
    messages = made;
    made.hear(ADDRESS, RelayMessage.class, this::take);
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
      interest
          .route(announcement.gap().topic())
          .forEach(consumer -> consumer.link.announce(announcement.gap()));
    } else if (message instanceof InterestChange change) {
      change(change);
    } else if (message instanceof Attachment attachment) {
      attach(attachment);
    } else if (message instanceof Detachment detachment) {
      detach(detachment.consumer());
    } else if (message instanceof CountsWanted wanted) {
      send(wanted.consumer(), new ConsumerMessage.Counted(wanted.number(), counts()));
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
      interest.removeAll(consumer);
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

  private void change(InterestChange change) {
    Attached consumer = consumers.get(change.consumer());
    if (consumer == null) {
      return;
    }
    change.added().forEach(pattern -> interest.add(consumer, pattern));
    change.removed().forEach(pattern -> interest.remove(consumer, pattern));
    send(change.consumer(), new ConsumerMessage.InterestTaken(change.number()));
  }

  private void relay(Publication publication) {
    List<Attached> wanting = new ArrayList<>(4);
    List<EventFrame> frames = publication.frames();
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
    Outstanding outstanding = new Outstanding(publication.sender(), publication.number());
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
    // Counted as one more until every link has it, so that it can't complete early.
    outstanding.taken();
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

  /** A publication that has not yet reached all it has to reach. */
  private final class Outstanding {
    private final String sender;
    private final long number;
    private int missing = 1;

    Outstanding(String sender, long number) {
      this.sender = sender;
      this.number = number;
    }

    void expect() {
      missing++;
    }

    void taken() {
      if (--missing == 0) {
        send(sender, new ConsumerMessage.PublicationTaken(number));
      }
    }
  }
}
