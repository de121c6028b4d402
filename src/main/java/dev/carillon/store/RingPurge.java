package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.carillon.store.RingAnswer.Place;
import dev.carillon.store.RingAnswer.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ends one life of a topic's history; answers the epoch of the next one. */
final class RingPurge
    implements EntryProcessor<Integer, RingSlot, RingAnswer>,
        IdentifiedDataSerializable,
        HazelcastInstanceAware {
  private static final long serialVersionUID = 1L;

  private transient @Nullable HazelcastInstance member;
  private transient @Nullable RingChange change;
  private transient String topic = "";
  private transient int minimumMembers;
  private transient long nowMillis;

  RingPurge() {}

  RingPurge(String topic, int minimumMembers, long nowMillis) {
    this.topic = topic;
    this.minimumMembers = minimumMembers;
    this.nowMillis = nowMillis;
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
    Refusal refusal = RingMembers.refusal(here, entry.getKey(), minimumMembers);
    if (refusal != Refusal.NONE) {
      return RingAnswer.refused(refusal);
    }
    RingSlot known = entry.getValue();
    RingSlot slot = known == null ? new RingSlot(Epochs.fresh()) : known;
    synchronized (slot) {
      UUID leader = here.getCluster().getLocalMember().getUuid();
      slot.lead(leader);
      String epoch = slot.epoch();
      long bytes = 0;
      // Of a topic that was never used nothing was ever given out: there is nothing to keep.
      if (slot.find(topic).isPresent()) {
        RingTopic history = slot.use(topic);
        bytes = -history.bytes();
        epoch = Epochs.fresh();
        history.beginAnew(epoch, nowMillis);
      }
      entry.setValue(slot);
      change = slot.change(Long.MIN_VALUE, List.of());
      RingAnswer.Part part =
          new RingAnswer.Part(RingAnswer.Status.STORED, 0, List.of(new Place(epoch, 0, false)));
      return new RingAnswer(List.of(part), slot.told(), bytes, 0, 0);
    }
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
    return RingTypes.PURGE;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(topic);
    out.writeInt(minimumMembers);
    out.writeLong(nowMillis);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    topic = RingWire.text(in);
    minimumMembers = in.readInt();
    nowMillis = in.readLong();
  }
}
