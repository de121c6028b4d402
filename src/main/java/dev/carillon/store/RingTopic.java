package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One topic's history in a {@link RingSlot}: its newest events as a ring, and the ids its
 * publishers chose.
 *
 * <p>Owner: its slot.
 */
final class RingTopic {
  /** Members that wrote, at most remembered; who wrote before them is not told apart any more. */
  private static final int MAX_WRITERS = 32;

  /** An append that is tried again is among so many newest events, if it was stored before. */
  private static final int MAX_LOOK_BACK = 10_000;

  /** What was stored under an id; {@code id} is the publisher's. */
  record ChosenId(String id, long offset, long fingerprint, long timeMillis) {}

  /**
   * The member that gave out the offsets from {@code from} on. What one member gave out is one
   * line, so two copies of a history with the same writers are one the beginning of the other.
   */
  record Writer(UUID member, long from) {}

  private final String name;
  private String epoch;
  private long first = 1;
  private long last;
  private long bytes;
  private long usedMillis;

  /** Up to here every copy is known to have the events. */
  private long confirmed;

  /** Whether events between {@link #first} and {@link #last} are not here. */
  private boolean torn;

  private final List<byte[]> rows = new ArrayList<>();

  /** So many rows at the beginning of {@link #rows} are gone already. */
  private int gone;

  private final List<Writer> writers = new ArrayList<>();
  private final Map<String, ChosenId> ids = new LinkedHashMap<>();
  private final Deque<ChosenId> unconfirmedIds = new ArrayDeque<>();

  RingTopic(String name, String epoch) {
    this.name = name;
    this.epoch = epoch;
  }

  String name() {
    return name;
  }

  String epoch() {
    return epoch;
  }

  long first() {
    return first;
  }

  long last() {
    return last;
  }

  long events() {
    return last - first + 1;
  }

  long bytes() {
    return bytes;
  }

  long usedMillis() {
    return usedMillis;
  }

  long confirmed() {
    return confirmed;
  }

  boolean isConfirmed() {
    return confirmed >= last;
  }

  boolean isTorn() {
    return torn;
  }

  int idCount() {
    return ids.size();
  }

  List<Writer> writers() {
    return List.copyOf(writers);
  }

  Head head() {
    return new Head(0, name, epoch, first, last, bytes, usedMillis);
  }

  byte[] row(long offset) {
    return rows.get(gone + (int) (offset - first));
  }

  /** When the oldest event was published; {@link Long#MAX_VALUE} where there is none. */
  long oldestMillis() {
    return events() == 0 || torn ? Long.MAX_VALUE : EventBytes.timeMillis(row(first));
  }

  /** When the oldest id was stored; {@link Long#MAX_VALUE} where there is none. */
  long oldestIdMillis() {
    return ids.isEmpty() ? Long.MAX_VALUE : ids.values().iterator().next().timeMillis();
  }

  Optional<ChosenId> id(String id, long notBeforeMillis) {
    return Optional.ofNullable(ids.get(id)).filter(one -> one.timeMillis() > notBeforeMillis);
  }

  /** Adds an event; returns its offset. */
  long add(byte[] row, UUID writer, long nowMillis) {
    rows.add(row);
    last++;
    bytes += EventBytes.storedBytes(name, row);
    usedMillis = nowMillis;
    if (writers.isEmpty() || !writers.get(writers.size() - 1).member().equals(writer)) {
      writers.add(new Writer(writer, last));
      if (writers.size() > MAX_WRITERS) {
        writers.remove(0);
      }
    }
    return last;
  }

  void addId(ChosenId id) {
    putId(id);
    unconfirmedIds.add(id);
  }

  private void putId(ChosenId id) {
    // Removed first, so that it moves to the end of the order.
    ids.remove(id.id());
    ids.put(id.id(), id);
  }

  /** Forgets ids stored until then, and the oldest ones past a count. */
  void forgetIds(long untilMillis, int maxIds) {
    Iterator<ChosenId> oldest = ids.values().iterator();
    while (oldest.hasNext() && (oldest.next().timeMillis() <= untilMillis || ids.size() > maxIds)) {
      oldest.remove();
    }
  }

  /** The offset of a row that is the same as this one, among the newest; 0 where there is none. */
  long find(byte[] row) {
    for (long offset = last; offset > last - MAX_LOOK_BACK && offset >= first; offset--) {
      if (Arrays.equals(row(offset), row)) {
        return offset;
      }
    }
    return 0;
  }

  /** Removes what is past a rule. */
  void trim(HistoryRule rule, long nowMillis) {
    long oldest = nowMillis - rule.maxAge().toMillis();
    while (events() > 0
        && !torn
        && (events() > rule.maxEvents()
            || bytes > rule.maxBytes()
            || EventBytes.timeMillis(row(first)) < oldest)) {
      removeFirst();
    }
  }

  private void removeFirst() {
    byte[] row = rows.set(gone, new byte[0]);
    gone++;
    first++;
    bytes -= EventBytes.storedBytes(name, row);
    if (gone > rows.size() / 2) {
      rows.subList(0, gone).clear();
      gone = 0;
    }
  }

  void confirm(String ofEpoch, long upTo) {
    if (ofEpoch.equals(epoch)) {
      confirmed = Math.max(confirmed, Math.min(upTo, last));
      while (!unconfirmedIds.isEmpty() && unconfirmedIds.getFirst().offset() <= confirmed) {
        unconfirmedIds.removeFirst();
      }
    }
  }

  /** This copy is now the one that offsets are given out by. */
  void lead() {
    unconfirmedIds.clear();
    ids.values().stream().filter(id -> id.offset() > confirmed).forEach(unconfirmedIds::add);
  }

  /** Begins another life without any event. */
  void beginAnew(String newEpoch) {
    epoch = newEpoch;
    first = 1;
    last = 0;
    confirmed = 0;
    rows.clear();
    gone = 0;
    bytes = 0;
    torn = false;
    writers.clear();
    ids.clear();
    unconfirmedIds.clear();
  }

  /** Begins another life without any event, in which it is used now. */
  void beginAnew(String newEpoch, long nowMillis) {
    beginAnew(newEpoch);
    usedMillis = nowMillis;
  }

  /**
   * Begins another life with the events that are here, numbered from 1, because offsets of the old
   * one may stand for other events somewhere else.
   */
  void renumber(String newEpoch) {
    if (torn) {
      beginAnew(newEpoch);
      return;
    }
    long by = first - 1;
    epoch = newEpoch;
    first = 1;
    last -= by;
    confirmed = Math.max(0, confirmed - by);
    writers.replaceAll(one -> new Writer(one.member(), Math.max(1, one.from() - by)));
    ids.values().removeIf(id -> id.offset() <= by);
    ids.replaceAll(
        (key, id) -> new ChosenId(id.id(), id.offset() - by, id.fingerprint(), id.timeMillis()));
    lead();
  }

  /**
   * Whether everything of another copy of the history is here too, at the same offsets.
   *
   * @param other a copy that others may have written to
   */
  boolean holds(RingTopic other) {
    if (!epoch.equals(other.epoch) || other.torn || torn) {
      return false;
    }
    if (other.last == 0) {
      return true;
    }
    if (other.last > last || writers.isEmpty() || other.writers.isEmpty()) {
      return false;
    }
    // The last one that wrote the other must have written the same offset here.
    return other.writerOf(other.last).equals(writerOf(other.last));
  }

  private Optional<UUID> writerOf(long offset) {
    Optional<UUID> found = Optional.empty();
    for (Writer writer : writers) {
      if (writer.from() <= offset) {
        found = Optional.of(writer.member());
      }
    }
    // Nobody knows who wrote before the first one that is remembered: as good as a stranger.
    return found.isPresent() ? found : Optional.of(UUID.randomUUID());
  }

  /** What the copies need to know: all that is not known to be there, and where it begins. */
  RingChange.OfTopic change(long untilMillis) {
    long from = Math.max(confirmed + 1, first);
    List<byte[]> added = new ArrayList<>();
    for (long offset = from; offset <= last; offset++) {
      added.add(row(offset));
    }
    return new RingChange.OfTopic(
        name,
        epoch,
        first,
        last,
        confirmed,
        usedMillis,
        untilMillis,
        List.copyOf(writers),
        added,
        List.copyOf(unconfirmedIds));
  }

  /** Takes over what the leading copy said. */
  void apply(RingChange.OfTopic change) {
    long from = change.last() - change.rows().size() + 1;
    if (!epoch.equals(change.epoch())) {
      beginAnew(change.epoch());
    } else {
      // What is here from there on was given out by a member that is gone, and may be other events.
      removeFrom(from);
    }
    boolean nothingOlderIsNeeded = change.first() >= from;
    if (!torn && rows.size() == gone && nothingOlderIsNeeded) {
      first = from;
      last = from - 1;
    } else if (from > last + 1 && nothingOlderIsNeeded) {
      rows.clear();
      gone = 0;
      bytes = 0;
      torn = false;
      first = from;
      last = from - 1;
    } else if (from > last + 1 || change.first() < first) {
      torn = true;
    }
    if (torn) {
      // It is sent whole before long; until then there is no telling what is missing.
      rows.clear();
      gone = 0;
      bytes = 0;
      first = change.first();
      last = change.last();
    } else {
      for (byte[] row : change.rows()) {
        rows.add(row);
        bytes += EventBytes.storedBytes(name, row);
        last++;
      }
      while (first < change.first()) {
        removeFirst();
      }
    }
    usedMillis = change.usedMillis();
    confirmed = change.confirmed();
    writers.clear();
    writers.addAll(change.writers());
    change.ids().forEach(this::putId);
    forgetIds(change.idsUntilMillis(), Integer.MAX_VALUE);
  }

  private void removeFrom(long offset) {
    while (!torn && last >= Math.max(offset, first)) {
      byte[] row = rows.remove(rows.size() - 1);
      bytes -= EventBytes.storedBytes(name, row);
      String id = EventBytes.id(row);
      ChosenId known = ids.get(id);
      if (known != null && known.offset() == last) {
        ids.remove(id);
      }
      last--;
    }
  }

  void write(ObjectDataOutput out) throws IOException {
    out.writeString(name);
    out.writeString(epoch);
    out.writeLong(first);
    out.writeLong(last);
    out.writeLong(usedMillis);
    out.writeLong(confirmed);
    out.writeBoolean(torn);
    RingWire.writeRows(out, torn ? List.of() : rows.subList(gone, rows.size()));
    RingWire.writeWriters(out, writers);
    RingWire.writeIds(out, ids.values());
  }

  static RingTopic read(ObjectDataInput in) throws IOException {
    RingTopic topic = new RingTopic(RingWire.text(in), RingWire.text(in));
    topic.first = in.readLong();
    topic.last = in.readLong();
    topic.usedMillis = in.readLong();
    topic.confirmed = in.readLong();
    topic.torn = in.readBoolean();
    topic.rows.addAll(RingWire.readRows(in));
    topic.rows.forEach(row -> topic.bytes += EventBytes.storedBytes(topic.name, row));
    topic.writers.addAll(RingWire.readWriters(in));
    RingWire.readIds(in).forEach(topic::putId);
    return topic;
  }
}
