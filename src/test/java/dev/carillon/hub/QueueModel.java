package dev.carillon.hub;

import dev.carillon.event.Event;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.hub.SubscriberQueue.Offer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a {@link SubscriberQueue} should do, as a list and loops. */
final class QueueModel {
  private final QueueLimits limits;
  private final MemoryModel memory;

  /** {@link Waiting} and {@link Gap}, oldest first. */
  private final List<Object> items = new ArrayList<>();

  private final GapsModel before;
  private final GapsModel after;
  private final Map<GapReason, Long> lost = new EnumMap<>(GapReason.class);
  private long matched;
  private long sent;
  private long discarded;

  /** An event's place; the event may be replaced by a newer one. */
  private static final class Waiting {
    QueuedFrame frame;
    long replaced;

    Waiting(QueuedFrame frame) {
      this.frame = frame;
    }
  }

  /** Bytes of all frames that wait in any of the queues, each once. */
  static final class MemoryModel {
    private final long maxBytes;
    private final List<QueueModel> queues = new ArrayList<>();

    MemoryModel(long maxBytes) {
      this.maxBytes = maxBytes;
    }

    long bytes() {
      return queues.stream()
          .flatMap(q -> q.frames().stream())
          .distinct()
          .mapToLong(f -> f.size)
          .sum();
    }

    boolean admits(QueuedFrame frame) {
      return queues.stream().anyMatch(queue -> queue.frames().contains(frame))
          || bytes() + frame.size <= maxBytes;
    }
  }

  QueueModel(QueueLimits limits, MemoryModel memory) {
    this.limits = limits;
    this.memory = memory;
    this.before = new GapsModel(limits.maxGaps());
    this.after = new GapsModel(limits.maxGaps());
    memory.queues.add(this);
  }

  Offer offer(QueuedFrame frame) {
    matched++;
    if (hasRoom(frame) && !overShare(frame)) {
      return append(frame) ? nearlyFullOrQueued() : Offer.LOST;
    }
    OverflowPolicy policy = frame.policy.overflow();
    if (policy instanceof OverflowPolicy.Disconnect) {
      lose(frame, GapReason.QUEUE_FULL, after);
      return Offer.OVERFLOWED;
    }
    if (policy instanceof OverflowPolicy.DropNewest || frame.size > limits.maxBytes()) {
      lose(frame, GapReason.QUEUE_FULL, after);
      return Offer.LOST;
    }
    if (policy instanceof OverflowPolicy.Conflate && replace(frame)) {
      return Offer.LOST;
    }
    while (overShare(frame)) {
      drop(places().stream().filter(p -> topic(p.frame).equals(topic(frame))).findFirst().get());
    }
    while (!hasRoom(frame)) {
      if (items.get(0) instanceof Gap gap) {
        items.remove(0);
        before.add(gap);
      } else {
        drop((Waiting) items.get(0));
      }
    }
    append(frame);
    return Offer.LOST;
  }

  void lose(Gap gap) {
    matched += gap.count();
    lost.merge(gap.reason(), gap.count(), Long::sum);
    after.add(gap);
  }

  /** The next thing to be sent: an {@link Event}, a {@link Gap}, or nothing. */
  Optional<Object> next() {
    if (!before.isEmpty()) {
      return Optional.of(before.poll());
    }
    if (items.isEmpty()) {
      return after.isEmpty() ? Optional.empty() : Optional.of(after.poll());
    }
    if (items.get(0) instanceof Waiting waiting && waiting.replaced > 0) {
      Gap gap = new Gap(topic(waiting.frame), waiting.replaced, GapReason.CONFLATED);
      waiting.replaced = 0;
      return Optional.of(gap);
    }
    Object item = items.remove(0);
    if (item instanceof Waiting waiting) {
      sent++;
      return Optional.of(waiting.frame.frame.event());
    }
    return Optional.of(item);
  }

  void close() {
    discarded += events();
    items.clear();
    before.clear();
    after.clear();
  }

  int events() {
    return places().size();
  }

  long bytes() {
    return frames().stream().mapToLong(frame -> frame.size).sum();
  }

  boolean isEmpty() {
    return items.isEmpty() && before.isEmpty() && after.isEmpty();
  }

  long lost(GapReason reason) {
    return lost.getOrDefault(reason, 0L);
  }

  Ledger ledger() {
    long lostInAll = lost.values().stream().mapToLong(n -> n).sum();
    return new Ledger(matched, sent, events(), 0, lostInAll, discarded);
  }

  // ---- how

  private boolean append(QueuedFrame frame) {
    if (events() > 0 && !memory.admits(frame)) {
      lose(frame, GapReason.OVERLOAD, after);
      return false;
    }
    if (!after.isEmpty()) {
      long standing = items.stream().filter(Gap.class::isInstance).count();
      if (standing + after.maxGaps() <= (limits.maxGaps() + 1) * (GapReason.values().length + 1L)) {
        while (!after.isEmpty()) {
          items.add(after.poll());
        }
      } else if (after.precedes(topic(frame))) {
        lose(frame, GapReason.QUEUE_FULL, after);
        return false;
      }
    }
    items.add(new Waiting(frame));
    return true;
  }

  private boolean replace(QueuedFrame frame) {
    Optional<Waiting> newest =
        places().stream()
            .filter(place -> place.frame.conflationKey().equals(frame.conflationKey()))
            .reduce((older, newer) -> newer);
    if (newest.isEmpty() || bytes() - newest.get().frame.size + frame.size > limits.maxBytes()) {
      return false;
    }
    Waiting place = newest.get();
    int at = items.indexOf(place);
    items.remove(at);
    boolean admitted = events() == 0 || memory.admits(frame);
    items.add(at, place);
    if (admitted) {
      place.frame = frame;
      place.replaced++;
      lost.merge(GapReason.CONFLATED, 1L, Long::sum);
    } else {
      lose(frame, GapReason.OVERLOAD, after);
    }
    return true;
  }

  private void drop(Waiting waiting) {
    items.remove(waiting);
    if (waiting.replaced > 0) {
      before.add(new Gap(topic(waiting.frame), waiting.replaced, GapReason.CONFLATED));
    }
    lose(waiting.frame, GapReason.QUEUE_FULL, before);
  }

  private void lose(QueuedFrame frame, GapReason reason, GapsModel where) {
    lost.merge(reason, 1L, Long::sum);
    where.add(new Gap(topic(frame), 1, reason));
  }

  private boolean hasRoom(QueuedFrame frame) {
    return events() < limits.maxEvents() && bytes() + frame.size <= limits.maxBytes();
  }

  private boolean overShare(QueuedFrame frame) {
    return frames().stream().filter(f -> topic(f).equals(topic(frame))).count()
        >= frame.policy.maxEvents();
  }

  private Offer nearlyFullOrQueued() {
    return events() == Math.max(1, limits.maxEvents() * 3 / 4) ? Offer.NEARLY_FULL : Offer.QUEUED;
  }

  private List<Waiting> places() {
    return items.stream().filter(Waiting.class::isInstance).map(Waiting.class::cast).toList();
  }

  private List<QueuedFrame> frames() {
    return places().stream().map(place -> place.frame).toList();
  }

  private static String topic(QueuedFrame frame) {
    return frame.frame.topic();
  }
}
