package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.carillon.event.Pattern;
import java.io.IOException;

/** The histories of a slot that match a pattern, in the order of their names. */
final class RingList extends RingLook<RingHeads> {
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
  RingHeads look(RingSlot slot) {
    Pattern wanted = new Pattern(pattern);
    return new RingHeads(
        slot.all().stream()
            .filter(topic -> topic.name().compareTo(after) > 0 && wanted.matches(topic.name()))
            .limit(limit)
            .map(RingTopic::head)
            .toList());
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
