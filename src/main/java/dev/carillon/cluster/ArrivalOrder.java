package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the events of histories, which several nodes store and send, into the order of their
 * offsets.
 *
 * <p>An event whose predecessor is missing waits for it, briefly; then what is missing becomes a
 * {@link Hole}, to be read from the history once for the whole node. Of a topic that is new here
 * nobody knows where it begins: what comes behind newer events can't be read later, for nothing
 * tells who has it, and is lost. So before its first events go on, every other node has to say that
 * all it sent has come; a pause of one JVM must not cost an event. Bounded in topics and in events
 * that wait. Owned by the relay's event loop.
 */
final class ArrivalOrder {
  /** Topics whose place is known. One that is forgotten begins anew with its next event. */
  private static final int MAX_TOPICS = 200_000;

  /** Events that wait, over all topics: past it holes are not waited for. */
  private static final int MAX_WAITING = 100_000;

  /** The other nodes are waited for no longer than this many times as long as an event. */
  private static final int WAITS_FOR_OTHERS = 10;

  private final long waitNanos;
  private final LongSupplier nanos;
  private final Others others;
  private final Map<String, Place> places = new LinkedHashMap<>(1024, 0.75f, true);

  /** Topics of which something waits, in the order in which they are due. */
  private final Map<String, Place> waiting = new LinkedHashMap<>();

  /** Topics that are new here and wait for the word of the other nodes, in the order of asking. */
  private final Map<String, Place> asking = new LinkedHashMap<>();

  private int waitingEvents;

  /** What may go on to the hubs. */
  interface Ready {

    void frame(EventFrame frame);

    void hole(Hole hole);

    void gap(Gap gap);
  }

  /** The other nodes that send events. */
  interface Others {

    /** Asks each for a word, which comes behind all that it sent before. */
    void ask();

    /** Whether every one that can be reached was heard after a time of the same clock. */
    boolean heardSince(long nanos);
  }

  private static final class Place {
    String epoch;

    /**
     * The next offset that goes on; 0 where the first event waits to see whether it is the first.
     */
    long next;

    /** The first offset that went on. */
    long first;

    /** The last offset that is known to be stored. */
    long known;

    /** The life of the history before this one: what still comes of it is over. */
    String retired = "";

    @Nullable NavigableMap<Long, EventFrame> held;

    /** When the wait for other events began, and then that for the other nodes. */
    long sinceNanos;

    Place(String epoch) {
      this.epoch = epoch;
    }
  }

  ArrivalOrder(long waitMs, LongSupplier nanos, Others others) {
    this.waitNanos = waitMs * 1_000_000;
    this.nanos = nanos;
    this.others = others;
  }

  /** Takes one event; it, and what waited for it, go on when it is their turn. */
  void take(EventFrame frame, Ready ready) {
    if (frame.offset() == Gap.NO_OFFSET) {
      ready.frame(frame);
      return;
    }
    Place place = places.get(frame.topic());
    if (place == null) {
      place = begin(frame.topic(), frame.epoch());
      place.next = frame.offset() == 1 ? 1 : 0;
      place.first = place.next;
    } else if (!place.epoch.equals(frame.epoch())) {
      if (place.retired.equals(frame.epoch())) {
        return;
      }
      beginAnew(frame.topic(), place, frame.epoch(), ready);
      place.next = frame.offset();
      place.first = frame.offset();
    }
    long offset = frame.offset();
    if (place.next == 0 && offset == 1) {
      place.next = 1;
      place.first = 1;
      if (asking.remove(frame.topic()) != null) {
        expect(frame.topic(), place);
      }
    }
    if (place.next > 0 && offset == place.next && place.held == null) {
      place.next = offset + 1;
      place.known = Math.max(place.known, offset);
      ready.frame(frame);
    } else if (place.next > 0 && offset < place.next) {
      late(place, frame, ready);
    } else {
      hold(frame.topic(), place, frame, ready);
    }
  }

  /** Events of a topic did not come, and never will; newer ones may have. */
  void missed(Hole hole, boolean wanted, Ready ready) {
    if (places.containsKey(hole.topic())) {
      known(hole.topic(), hole.epoch(), hole.to(), wanted, ready);
    } else if (wanted) {
      // No event of the topic went on here, so nobody has these already.
      ready.hole(hole);
    }
  }

  /** The newest event of a topic is {@code last}; some up to it may never come. */
  void known(String topic, String epoch, long last, boolean wanted, Ready ready) {
    Place place = places.get(topic);
    if (place == null) {
      if (wanted && last > 0) {
        // It may well be on its way.
        place = begin(topic, epoch);
        place.known = last;
        expect(topic, place);
      }
      return;
    }
    if (!place.epoch.equals(epoch)) {
      if (!place.retired.equals(epoch)) {
        beginAnew(topic, place, epoch, ready);
        ready.gap(Gap.ofEpoch(topic, epoch));
        place.next = last + 1;
        place.first = 1;
        place.known = last;
        if (last > 0) {
          ready.hole(new Hole(topic, epoch, 1, last));
        }
      }
      return;
    }
    if (last > place.known) {
      place.known = last;
    }
    if (last >= place.next) {
      expect(topic, place);
    }
  }

  /** Gives what has waited long enough. */
  void tick(Ready ready) {
    long now = nanos.getAsLong();
    int asked = asking.size();
    Iterator<Map.Entry<String, Place>> due = waiting.entrySet().iterator();
    while (due.hasNext()) {
      Map.Entry<String, Place> entry = due.next();
      Place place = entry.getValue();
      // In the order in which they began to wait, and all wait equally long.
      if (now - place.sinceNanos < waitNanos) {
        break;
      }
      due.remove();
      if (place.next == 0) {
        place.sinceNanos = now;
        asking.put(entry.getKey(), place);
      } else {
        release(entry.getKey(), place, ready);
      }
    }
    if (asking.size() > asked) {
      others.ask();
    }
    releaseAnswered(now, ready);
  }

  private void releaseAnswered(long now, Ready ready) {
    Iterator<Map.Entry<String, Place>> all = asking.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Place> entry = all.next();
      long asked = entry.getValue().sinceNanos;
      if (now - asked < (WAITS_FOR_OTHERS - 1) * waitNanos && !others.heardSince(asked)) {
        return;
      }
      all.remove();
      release(entry.getKey(), entry.getValue(), ready);
    }
  }

  boolean isWaiting() {
    return !waiting.isEmpty() || !asking.isEmpty();
  }

  /** Topics whose place is known. */
  List<String> topics() {
    return List.copyOf(places.keySet());
  }

  private Place begin(String topic, String epoch) {
    if (places.size() >= MAX_TOPICS) {
      Iterator<Map.Entry<String, Place>> oldest = places.entrySet().iterator();
      if (oldest.next().getValue().held == null) {
        oldest.remove();
      }
    }
    Place place = new Place(epoch);
    places.put(topic, place);
    return place;
  }

  private void beginAnew(String topic, Place place, String epoch, Ready ready) {
    if (stopWaiting(topic)) {
      release(topic, place, ready);
    }
    place.retired = place.epoch;
    place.epoch = epoch;
    place.known = 0;
  }

  private static void late(Place place, EventFrame frame, Ready ready) {
    if (frame.offset() < place.first) {
      // Newer events of a topic that was new here went before it, and nothing tells who has them.
      ready.gap(
          new Gap(frame.topic(), 1, GapReason.CLUSTER_LOSS, frame.offset(), frame.offset(), ""));
    }
  }

  private void hold(String topic, Place place, EventFrame frame, Ready ready) {
    NavigableMap<Long, EventFrame> held = place.held;
    if (held == null) {
      held = new TreeMap<>();
      place.held = held;
    }
    if (held.put(frame.offset(), frame) == null) {
      waitingEvents++;
    }
    place.known = Math.max(place.known, frame.offset());
    expect(topic, place);
    drain(topic, place, held, ready);
    if (waitingEvents > MAX_WAITING && stopWaiting(topic)) {
      release(topic, place, ready);
    }
  }

  private void expect(String topic, Place place) {
    if (!asking.containsKey(topic) && waiting.putIfAbsent(topic, place) == null) {
      place.sinceNanos = nanos.getAsLong();
    }
  }

  private boolean stopWaiting(String topic) {
    return waiting.remove(topic) != null || asking.remove(topic) != null;
  }

  /** Gives what is no longer missing its predecessor. */
  private void drain(String topic, Place place, NavigableMap<Long, EventFrame> held, Ready ready) {
    while (!held.isEmpty() && held.firstKey() == place.next) {
      waitingEvents--;
      EventFrame frame = held.pollFirstEntry().getValue();
      place.next = frame.offset() + 1;
      ready.frame(frame);
    }
    if (held.isEmpty()) {
      place.held = null;
      if (place.known < place.next) {
        stopWaiting(topic);
      }
    }
  }

  /** Gives all that waits, and says what is missing in between. */
  private void release(String topic, Place place, Ready ready) {
    NavigableMap<Long, EventFrame> held = place.held;
    place.held = null;
    if (held != null) {
      waitingEvents -= held.size();
      for (EventFrame frame : held.values()) {
        if (place.next == 0) {
          place.next = frame.offset();
          place.first = frame.offset();
        }
        if (frame.offset() > place.next) {
          ready.hole(new Hole(topic, place.epoch, place.next, frame.offset() - 1));
        }
        place.next = frame.offset() + 1;
        ready.frame(frame);
      }
    }
    if (place.next == 0 && place.known > 0) {
      place.next = place.known;
      place.first = place.known;
    }
    if (place.known >= place.next) {
      ready.hole(new Hole(topic, place.epoch, place.next, place.known));
      place.next = place.known + 1;
    }
  }
}
