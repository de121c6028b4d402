package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.Position;
import dev.carillon.store.AppendOutcome.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one transaction stores: decides for each append whether it is stored, which of its events
 * are repeats, and which offsets the others get. Changes nothing but the unfinished part of the
 * chosen ids.
 *
 * <p>Confined to the writer thread.
 */
final class AppendPlan {
  private final StoreSettings settings;
  private final ChosenIds ids;
  private final Function<String, Optional<Head>> stored;
  private final String freshEpoch;
  private final long nowMillis;
  private final Map<String, Head> heads = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<AppendOutcome> outcomes = new ArrayList<>();
  private long bytesLeft;
  private int topicsLeft;

  /**
   * An event that gets stored.
   *
   * @param event with its position
   * @param source as it was appended
   */
  record Row(Event event, NewEvent source, long bytes) {
    long offset() {
      return event.position().map(Position::offset).orElse(0L);
    }
  }

  /**
   * Plans a transaction.
   *
   * @param stored the history of a topic, if it was used before
   * @param freshEpoch of a history that was not
   * @param bytesUsed of all events together
   * @param topicsUsed how many histories there are
   */
  AppendPlan(
      StoreSettings settings,
      ChosenIds ids,
      Function<String, Optional<Head>> stored,
      String freshEpoch,
      long bytesUsed,
      int topicsUsed,
      long nowMillis) {
    this.settings = settings;
    this.ids = ids;
    this.stored = stored;
    this.freshEpoch = freshEpoch;
    this.bytesLeft = settings.maxBytes() - bytesUsed;
    this.topicsLeft = settings.maxTopics() - topicsUsed;
    this.nowMillis = nowMillis;
  }

  /** Plans one append; its outcome holds once the transaction is committed. */
  void add(Append append) {
    outcomes.add(plan(append));
  }

  /** In the order of the appends. */
  List<AppendOutcome> outcomes() {
    return outcomes;
  }

  List<Row> rows() {
    return rows;
  }

  /** The histories that change, as they will be. */
  Map<String, Head> heads() {
    return heads;
  }

  private AppendOutcome plan(Append append) {
    Map<String, Head> changed = new HashMap<>();
    List<Row> added = new ArrayList<>(append.events().size());
    List<StoredEvent> events = new ArrayList<>(append.events().size());
    List<ChosenIds.Key> newIds = new ArrayList<>();
    long bytes = 0;
    int topics = 0;
    for (NewEvent source : append.events()) {
      String topic = source.event().topic().name();
      Head head = changed.get(topic);
      if (head == null) {
        Optional<Head> known = find(topic);
        topics += known.isPresent() ? 0 : 1;
        head = known.orElseGet(() -> Head.unused(topic, freshEpoch));
      }
      ChosenIds.Key key = new ChosenIds.Key(topic, head.epoch(), source.event().id());
      Optional<ChosenIds.Known> before =
          source.idIsChosen() ? ids.find(key, nowMillis) : Optional.empty();
      if (before.isPresent() && before.get().fingerprint() != source.fingerprint()) {
        newIds.forEach(ids::takeBack);
        return new AppendOutcome.Conflict(events.size());
      }
      if (before.isPresent()) {
        Position first = new Position(head.epoch(), before.get().offset());
        events.add(new StoredEvent(source.event().at(first), true));
        continue;
      }
      long size = StoredBytes.of(source.event());
      head = head.append(size, nowMillis);
      changed.put(topic, head);
      bytes += size;
      Event placed = source.event().at(new Position(head.epoch(), head.last()));
      events.add(new StoredEvent(placed, false));
      added.add(new Row(placed, source, size));
      if (source.idIsChosen()) {
        ids.add(key, new ChosenIds.Known(head.last(), source.fingerprint(), nowMillis));
        newIds.add(key);
      }
    }
    Optional<String> full = full(bytes, topics);
    if (full.isPresent()) {
      newIds.forEach(ids::takeBack);
      return new AppendOutcome.Unavailable(full.get());
    }
    bytesLeft -= bytes;
    topicsLeft -= topics;
    heads.putAll(changed);
    rows.addAll(added);
    return new AppendOutcome.Stored(List.copyOf(events));
  }

  private Optional<String> full(long bytes, int topics) {
    if (bytes > 0 && bytes > bytesLeft) {
      return Optional.of("the store is full: store.maxBytes is " + settings.maxBytes() + " bytes");
    }
    if (topics > 0 && topics > topicsLeft) {
      return Optional.of(
          "the store has as many topics as it may have: store.topics is " + settings.maxTopics());
    }
    return Optional.empty();
  }

  private Optional<Head> find(String topic) {
    Head planned = heads.get(topic);
    return planned != null ? Optional.of(planned) : stored.apply(topic);
  }
}
