package dev.carillon.store;

import com.hazelcast.core.ReadOnly;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.carillon.event.Pattern;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The histories of a slot that match a pattern, in the order of their names. */
final class RingList
    implements EntryProcessor<Integer, RingSlot, @Nullable RingHeads>,
        IdentifiedDataSerializable,
        ReadOnly {
  private static final long serialVersionUID = 1L;

  private transient String pattern = ">";
  private transient String after = "";
  private transient int limit;

  RingList() {}

  RingList(String pattern, String after, int limit) {
    this.pattern = pattern;
    this.after = after;
    this.limit = limit;
  }

  @Override
  public @Nullable RingHeads process(Map.Entry<Integer, RingSlot> entry) {
    RingSlot slot = entry.getValue();
    if (slot == null) {
      return null;
    }
    Pattern wanted = new Pattern(pattern);
    synchronized (slot) {
      return new RingHeads(
          slot.all().stream()
              .filter(topic -> topic.name().compareTo(after) > 0 && wanted.matches(topic.name()))
              .limit(limit)
              .map(RingTopic::head)
              .toList());
    }
  }

  @Override
  public @Nullable EntryProcessor<Integer, RingSlot, @Nullable RingHeads> getBackupProcessor() {
    return null;
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.LIST;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(pattern);
    out.writeString(after);
    out.writeInt(limit);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    pattern = RingWire.text(in);
    after = RingWire.text(in);
    limit = in.readInt();
  }
}
