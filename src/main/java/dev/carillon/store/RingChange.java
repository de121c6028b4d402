package dev.carillon.store;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the leading copy of a {@link RingSlot} tells the others: results, not what was asked for, so
 * that a copy that missed something never makes up its own. Everything that is not known to have
 * arrived is in each one, so that who has the newest has all.
 */
final class RingChange
    implements EntryProcessor<Integer, RingSlot, RingAnswer>, IdentifiedDataSerializable {
  private static final long serialVersionUID = 1L;

  private transient String epoch = "";
  private transient List<OfTopic> topics = new ArrayList<>();
  private transient List<String> forgotten = new ArrayList<>();

  /**
   * What is new in one topic.
   *
   * @param rows the newest ones, up to {@code last}
   * @param idsUntilMillis ids that were stored until then are forgotten
   */
  record OfTopic(
      String name,
      String epoch,
      long first,
      long last,
      long confirmed,
      long usedMillis,
      long idsUntilMillis,
      List<RingTopic.Writer> writers,
      List<byte[]> rows,
      List<RingTopic.ChosenId> ids) {}

  RingChange() {}

  /**
   * Tells what there is.
   *
   * @param epoch of topics that were never used
   * @param forgotten topics that are there no more
   */
  RingChange(String epoch, List<OfTopic> topics, List<String> forgotten) {
    this.epoch = epoch;
    this.topics = topics;
    this.forgotten = forgotten;
  }

  @Override
  public @Nullable RingAnswer process(Map.Entry<Integer, RingSlot> entry) {
    RingSlot known = entry.getValue();
    RingSlot slot = known == null ? new RingSlot(epoch) : known;
    entry.setValue(slot);
    if (!apply(slot)) {
      // Not acknowledged then, until Hazelcast finds it behind and sends it the slot whole.
      throw new IllegalStateException("a copy of slot " + entry.getKey() + " misses events");
    }
    return null;
  }

  /** Takes it over; returns whether the copy has everything now. */
  boolean apply(RingSlot copy) {
    return copy.apply(epoch, topics, forgotten);
  }

  @Override
  public @Nullable EntryProcessor<Integer, RingSlot, RingAnswer> getBackupProcessor() {
    return null;
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.CHANGE;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(epoch);
    RingWire.writeAll(out, topics, RingChange::write);
    RingWire.writeAll(out, forgotten, ObjectDataOutput::writeString);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    epoch = RingWire.text(in);
    topics = RingWire.readAll(in, RingChange::readTopic);
    forgotten = RingWire.readAll(in, RingWire::text);
  }

  private static void write(ObjectDataOutput out, OfTopic topic) throws IOException {
    out.writeString(topic.name());
    out.writeString(topic.epoch());
    out.writeLong(topic.first());
    out.writeLong(topic.last());
    out.writeLong(topic.confirmed());
    out.writeLong(topic.usedMillis());
    out.writeLong(topic.idsUntilMillis());
    RingWire.writeWriters(out, topic.writers());
    RingWire.writeRows(out, topic.rows());
    RingWire.writeIds(out, topic.ids());
  }

  private static OfTopic readTopic(ObjectDataInput in) throws IOException {
    return new OfTopic(
        RingWire.text(in),
        RingWire.text(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        RingWire.readWriters(in),
        RingWire.readRows(in),
        RingWire.readIds(in));
  }
}
