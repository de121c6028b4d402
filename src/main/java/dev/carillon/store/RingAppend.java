package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.carillon.store.RingAnswer.Part;
import dev.carillon.store.RingAnswer.Place;
import dev.carillon.store.RingAnswer.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Appends to the topics of one {@link RingSlot}, where its leading copy is: gives out offsets,
 * knows repeats and conflicts, and removes what is past the rules. Each part is stored whole or not
 * at all. Without parts it makes the slot where there is none, and tells the copies what they may
 * miss.
 */
final class RingAppend extends RingStep {
  private static final long serialVersionUID = 1L;

  private transient List<List<Item>> parts = List.of();
  private transient Map<String, HistoryRule> rules = Map.of();
  private transient Terms terms = new Terms(1, 0, 0, 0, 0, false, false);
  private transient List<RingAnswer.Told> confirmed = List.of();

  /**
   * An event.
   *
   * @param chosen whether its publisher chose its id
   */
  // Never compared as a record; a list of boxed bytes would be five times as large.
  @SuppressWarnings("ArrayRecordComponent")
  record Item(String topic, String id, boolean chosen, long fingerprint, byte[] row) {}

  /**
   * What holds for all parts.
   *
   * @param idsUntilMillis ids that were stored until then are forgotten
   * @param bytesLeft of all events together, about
   * @param topicsLeft of new histories
   * @param onlyChecks to find out what would become of it, and change nothing
   * @param again whether it may have been done before
   */
  record Terms(
      int minimumMembers,
      long nowMillis,
      long idsUntilMillis,
      long bytesLeft,
      int topicsLeft,
      boolean onlyChecks,
      boolean again) {

    Terms checking() {
      return new Terms(
          minimumMembers, nowMillis, idsUntilMillis, bytesLeft, topicsLeft, true, false);
    }

    Terms repeated() {
      return new Terms(
          minimumMembers, nowMillis, idsUntilMillis, bytesLeft, topicsLeft, onlyChecks, true);
    }
  }

  RingAppend() {}

  /**
   * An append.
   *
   * @param rules of all topics
   * @param confirmed what every copy is known to have
   */
  RingAppend(
      List<List<Item>> parts,
      Map<String, HistoryRule> rules,
      Terms terms,
      List<RingAnswer.Told> confirmed) {
    this.parts = parts;
    this.rules = rules;
    this.terms = terms;
    this.confirmed = confirmed;
  }

  @Override
  int minimumMembers() {
    return terms.minimumMembers();
  }

  @Override
  boolean makesTheSlot() {
    return true;
  }

  @Override
  RingAnswer take(Map.Entry<Integer, RingSlot> entry, RingSlot slot, UUID leader) {
    slot.confirm(confirmed);
    Work work = new Work(slot, leader);
    List<Part> done = parts.stream().map(work::store).toList();
    if (!terms.onlyChecks()) {
      keep(entry, slot, slot.change(terms.idsUntilMillis(), List.of()));
    }
    return new RingAnswer(
        done, terms.onlyChecks() ? List.of() : slot.told(), work.bytes, work.topics, 0);
  }

  private final class Work {
    private final RingSlot slot;
    private final UUID writer;
    private long bytes;
    private int topics;

    Work(RingSlot slot, UUID writer) {
      this.slot = slot;
      this.writer = writer;
    }

    Part store(List<Item> items) {
      Map<String, Map<String, Long>> own = new HashMap<>();
      Set<String> fresh = new HashSet<>();
      long more = 0;
      for (int i = 0; i < items.size(); i++) {
        Item item = items.get(i);
        Optional<RingTopic> topic = slot.find(item.topic());
        Map<String, Long> ownIds = own.computeIfAbsent(item.topic(), unused -> new HashMap<>());
        if (item.chosen()) {
          Long before = ownIds.get(item.id());
          if (before == null) {
            before =
                topic
                    .flatMap(one -> one.id(item.id(), terms.idsUntilMillis()))
                    .map(RingTopic.ChosenId::fingerprint)
                    .orElse(null);
          }
          if (before != null && before != item.fingerprint()) {
            return new Part(Status.CONFLICT, i, List.of());
          }
          if (before != null) {
            continue;
          }
          ownIds.put(item.id(), item.fingerprint());
        }
        more += EventBytes.storedBytes(item.topic(), item.row());
        if (topic.isEmpty()) {
          fresh.add(item.topic());
        }
      }
      if (more > 0 && more > terms.bytesLeft() - bytes) {
        return new Part(Status.BYTES, 0, List.of());
      }
      if (!fresh.isEmpty() && fresh.size() > terms.topicsLeft() - topics) {
        return new Part(Status.TOPICS, 0, List.of());
      }
      topics += fresh.size();
      if (terms.onlyChecks()) {
        bytes += more;
        return new Part(Status.STORED, 0, List.of());
      }
      List<Place> places = new ArrayList<>(items.size());
      items.forEach(item -> places.add(place(item)));
      return new Part(Status.STORED, 0, places);
    }

    private Place place(Item item) {
      RingTopic topic = slot.use(item.topic());
      long done = terms.again() ? topic.find(item.row()) : 0;
      if (done > 0) {
        return new Place(topic.epoch(), done, false);
      }
      if (item.chosen()) {
        Optional<RingTopic.ChosenId> before = topic.id(item.id(), terms.idsUntilMillis());
        if (before.isPresent()) {
          return new Place(topic.epoch(), before.get().offset(), true);
        }
      }
      long bytesBefore = topic.bytes();
      long offset = topic.add(item.row(), writer, terms.nowMillis());
      if (item.chosen() && terms.idsUntilMillis() < terms.nowMillis()) {
        topic.addId(
            new RingTopic.ChosenId(item.id(), offset, item.fingerprint(), terms.nowMillis()));
      }
      HistoryRule rule = rules.get(item.topic());
      if (rule != null) {
        topic.trim(rule, terms.nowMillis());
      }
      topic.forgetIds(terms.idsUntilMillis(), Integer.MAX_VALUE);
      bytes += topic.bytes() - bytesBefore;
      return new Place(topic.epoch(), offset, false);
    }
  }

  @Override
  public int getClassId() {
    return RingTypes.APPEND;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RingWire.writeAll(
        out,
        parts,
        (to, items) ->
            RingWire.writeAll(
                to,
                items,
                (into, item) -> {
                  into.writeString(item.topic());
                  into.writeString(item.id());
                  into.writeBoolean(item.chosen());
                  into.writeLong(item.fingerprint());
                  into.writeByteArray(item.row());
                }));
    RingWire.writeRules(out, rules);
    out.writeInt(terms.minimumMembers());
    out.writeLong(terms.nowMillis());
    out.writeLong(terms.idsUntilMillis());
    out.writeLong(terms.bytesLeft());
    out.writeInt(terms.topicsLeft());
    out.writeBoolean(terms.onlyChecks());
    out.writeBoolean(terms.again());
    RingAnswer.writeTold(out, confirmed);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    parts =
        RingWire.readAll(
            in,
            from ->
                RingWire.readAll(
                    from,
                    item ->
                        new Item(
                            RingWire.text(item),
                            RingWire.text(item),
                            item.readBoolean(),
                            item.readLong(),
                            RingWire.bytes(item))));
    rules = RingWire.readRules(in);
    terms =
        new Terms(
            in.readInt(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readInt(),
            in.readBoolean(),
            in.readBoolean());
    confirmed = RingAnswer.readTold(in);
  }
}
