package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.carillon.store.RingAnswer.Place;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Ends one life of a topic's history; answers the epoch of the next one. */
final class RingPurge extends RingStep {
  private static final long serialVersionUID = 1L;

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
  int minimumMembers() {
    return minimumMembers;
  }

  @Override
  boolean makesTheSlot() {
    return true;
  }

  @Override
  RingAnswer take(Map.Entry<Integer, RingSlot> entry, RingSlot slot, UUID leader) {
    String epoch = slot.epoch();
    long bytes = 0;
    // Of a topic that was never used nothing was ever given out: there is nothing to keep.
    if (slot.find(topic).isPresent()) {
      RingTopic history = slot.use(topic);
      bytes = -history.bytes();
      epoch = Epochs.fresh();
      history.beginAnew(epoch, nowMillis);
    }
    keep(entry, slot, slot.change(Long.MIN_VALUE, List.of()));
    RingAnswer.Part part =
        new RingAnswer.Part(RingAnswer.Status.STORED, 0, List.of(new Place(epoch, 0, false)));
    return new RingAnswer(List.of(part), slot.told(), bytes, 0, 0);
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
