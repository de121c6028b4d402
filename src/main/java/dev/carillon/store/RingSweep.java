package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.carillon.store.RingAnswer.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Removes from a slot what is past its bounds; answers how much there is. */
final class RingSweep
    implements EntryProcessor<Integer, RingSlot, RingAnswer>,
        IdentifiedDataSerializable,
        HazelcastInstanceAware {
  private static final long serialVersionUID = 1L;

  /** Parts that a share of ids is said in. */
  static final int WHOLE = 1000;

  private transient @Nullable HazelcastInstance member;
  private transient @Nullable RingChange change;
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
  public void setHazelcastInstance(HazelcastInstance instance) {
    member = instance;
  }

  @Override
  public RingAnswer process(Map.Entry<Integer, RingSlot> entry) {
    HazelcastInstance here = member;
    if (here == null) {
      throw new IllegalStateException("not on a member");
    }
    Refusal refusal = RingMembers.refusal(here, entry.getKey(), bounds.minimumMembers());
    if (refusal != Refusal.NONE) {
      return RingAnswer.refused(refusal);
    }
    RingSlot slot = entry.getValue();
    if (slot == null) {
      return new RingAnswer();
    }
    synchronized (slot) {
      slot.lead(here.getCluster().getLocalMember().getUuid());
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
      if (changed || !forgotten.isEmpty()) {
        entry.setValue(slot);
        change = slot.change(bounds.idsUntilMillis(), forgotten);
      }
      return new RingAnswer(
          List.of(), change == null ? List.of() : slot.told(), bytes, topics, ids);
    }
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
  public @Nullable EntryProcessor<Integer, RingSlot, RingAnswer> getBackupProcessor() {
    return change;
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
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
