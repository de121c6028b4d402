package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a part of one topic's history. */
final class RingRead extends RingLook<RingPage> {
  private static final long serialVersionUID = 1L;

  private transient String topic = "";
  private transient long after;
  private transient int maxEvents;
  private transient long maxBytes;
  private transient long ruleEvents;

  RingRead() {}

  /**
   * A question.
   *
   * @param ruleEvents of which no more than the newest so many are shown
   */
  RingRead(String topic, long after, int maxEvents, long maxBytes, long ruleEvents) {
    this.topic = topic;
    this.after = after;
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
    this.ruleEvents = ruleEvents;
  }

  @Override
  RingPage look(RingSlot slot) {
    Optional<RingTopic> found = slot.find(topic);
    if (found.isEmpty()) {
      return new RingPage(Head.unused(topic, slot.epoch()), 0, false, 1, List.of());
    }
    RingTopic history = found.get();
    List<byte[]> rows = new ArrayList<>();
    long first = Math.max(history.first(), history.last() - ruleEvents + 1);
    long from = Math.max(after + 1, first);
    long bytes = 0;
    for (long offset = from;
        !history.isTorn()
            && offset <= history.last()
            && rows.size() < maxEvents
            && bytes < maxBytes;
        offset++) {
      byte[] row = history.row(offset);
      rows.add(row);
      bytes += row.length;
    }
    return new RingPage(history.head(), history.confirmed(), history.isTorn(), from, rows);
  }

  @Override
  public int getClassId() {
    return RingTypes.READ;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(topic);
    out.writeLong(after);
    out.writeInt(maxEvents);
    out.writeLong(maxBytes);
    out.writeLong(ruleEvents);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    topic = RingWire.text(in);
    after = in.readLong();
    maxEvents = in.readInt();
    maxBytes = in.readLong();
    ruleEvents = in.readLong();
  }
}
