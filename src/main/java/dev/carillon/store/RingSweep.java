package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Removes from a slot what is past its bounds; answers how much there is. */
final class RingSweep extends RingStep {
  private static final long serialVersionUID = 1L;

  /** Parts that a share of ids is said in. */
  static final int WHOLE = 1000;

  private transient Map<String, HistoryRule> rules = Map.of();
  private transient Bounds bounds = new Bounds(1, 0, 0, 0, WHOLE);
  private transient List<RingAnswer.Told> confirmed = List.of();

  /**
   * What is past its bounds.
   *
   * @param idsUntilMillis ids that were stored until then are forgotten
   * @param unusedUntilMillis empty histories that were not used since are forgotten
   * @param idShare so many of {@link #WHOLE} ids may stay
   */
  record Bounds(
      int minimumMembers,
      long nowMillis,
      long idsUntilMillis,
      long unusedUntilMillis,
      int idShare) {}

  RingSweep() {}

  RingSweep(Map<String, HistoryRule> rules, Bounds bounds, List<RingAnswer.Told> confirmed) {
    this.rules = rules;
    this.bounds = bounds;
    this.confirmed = confirmed;
  }

  @Override
  int minimumMembers() {
    return bounds.minimumMembers();
  }

  @Override
  boolean makesTheSlot() {
    return false;
  }

  @Override
  RingAnswer take(Map.Entry<Integer, RingSlot> entry, RingSlot slot, UUID leader) {
    slot.confirm(confirmed);
    List<String> forgotten = new ArrayList<>();
    boolean changed = false;
    long bytes = 0;
    int topics = 0;
    int ids = 0;
    for (RingTopic topic : slot.all()) {
      if (topic.events() == 0 && topic.usedMillis() < bounds.unusedUntilMillis()) {
        forgotten.add(topic.name());
        continue;
      }
      changed |= trim(slot, topic);
      bytes += topic.bytes();
      ids += topic.idCount();
      topics++;
    }
    slot.forget(forgotten);
    changed |= !forgotten.isEmpty();
    if (changed) {
      keep(entry, slot, slot.change(bounds.idsUntilMillis(), forgotten));
    }
    return new RingAnswer(List.of(), changed ? slot.told() : List.of(), bytes, topics, ids);
  }

  private boolean trim(RingSlot slot, RingTopic topic) {
    long first = topic.first();
    int ids = topic.idCount();
    HistoryRule rule = rules.get(topic.name());
    if (rule != null) {
      topic.trim(rule, bounds.nowMillis());
    }
    topic.forgetIds(
        bounds.idsUntilMillis(),
        bounds.idShare() >= WHOLE
            ? Integer.MAX_VALUE
            : (int) ((long) ids * bounds.idShare() / WHOLE));
    if (topic.first() == first && topic.idCount() == ids) {
      return false;
    }
    slot.tell(topic.name());
    return true;
  }

  @Override
  public int getClassId() {
    return RingTypes.SWEEP;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RingWire.writeRules(out, rules);
    out.writeInt(bounds.minimumMembers());
    out.writeLong(bounds.nowMillis());
    out.writeLong(bounds.idsUntilMillis());
    out.writeLong(bounds.unusedUntilMillis());
    out.writeInt(bounds.idShare());
    RingAnswer.writeTold(out, confirmed);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    rules = RingWire.readRules(in);
    bounds = new Bounds(in.readInt(), in.readLong(), in.readLong(), in.readLong(), in.readInt());
    confirmed = RingAnswer.readTold(in);
  }
}
