package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.List;

/** What became of a {@link RingAppend}, a {@link RingPurge} or a {@link RingSweep}. */
final class RingAnswer implements IdentifiedDataSerializable {
  private Refusal refusal = Refusal.NONE;
  private List<Part> parts = List.of();
  private List<Told> told = List.of();
  private long bytes;
  private int topics;
  private int ids;

  /** Why nothing was done. */
  enum Refusal {
    NONE,
    /** The cluster has fewer members than it must have. */
    MEMBERS,
    /** Not enough members have a copy, because they are just taking over from one that left. */
    COPIES
  }

  /** What became of one part. */
  enum Status {
    STORED,
    CONFLICT,
    BYTES,
    TOPICS
  }

  /**
   * What became of the events of one append.
   *
   * @param index of the event in conflict
   * @param places of all events
   */
  record Part(Status status, int index, List<Place> places) {}

  /** Where an event is, and whether it was there before. */
  record Place(String epoch, long offset, boolean repeat) {}

  /** What the other copies were told of a topic: they have it once the answer is there. */
  record Told(String topic, String epoch, long last) {}

  RingAnswer() {}

  /**
   * An answer.
   *
   * @param bytes so many more, of all events
   * @param topics so many more, with a history
   * @param ids how many there are
   */
  RingAnswer(List<Part> parts, List<Told> told, long bytes, int topics, int ids) {
    this.parts = parts;
    this.told = told;
    this.bytes = bytes;
    this.topics = topics;
    this.ids = ids;
  }

  static RingAnswer refused(Refusal why) {
    RingAnswer answer = new RingAnswer();
    answer.refusal = why;
    return answer;
  }

  Refusal refusal() {
    return refusal;
  }

  List<Part> parts() {
    return parts;
  }

  List<Told> told() {
    return told;
  }

  long bytes() {
    return bytes;
  }

  int topics() {
    return topics;
  }

  int ids() {
    return ids;
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.ANSWER;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(refusal.name());
    RingWire.writeAll(
        out,
        parts,
        (to, part) -> {
          to.writeString(part.status().name());
          to.writeInt(part.index());
          RingWire.writeAll(
              to,
              part.places(),
              (into, place) -> {
                into.writeString(place.epoch());
                into.writeLong(place.offset());
                into.writeBoolean(place.repeat());
              });
        });
    writeTold(out, told);
    out.writeLong(bytes);
    out.writeInt(topics);
    out.writeInt(ids);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    refusal = Refusal.valueOf(RingWire.text(in));
    parts =
        RingWire.readAll(
            in,
            from ->
                new Part(
                    Status.valueOf(RingWire.text(from)),
                    from.readInt(),
                    RingWire.readAll(
                        from,
                        place ->
                            new Place(
                                RingWire.text(place), place.readLong(), place.readBoolean()))));
    told = readTold(in);
    bytes = in.readLong();
    topics = in.readInt();
    ids = in.readInt();
  }

  static void writeTold(ObjectDataOutput out, List<Told> told) throws IOException {
    RingWire.writeAll(
        out,
        told,
        (to, one) -> {
          to.writeString(one.topic());
          to.writeString(one.epoch());
          to.writeLong(one.last());
        });
  }

  static List<Told> readTold(ObjectDataInput in) throws IOException {
    return RingWire.readAll(
        in, from -> new Told(RingWire.text(from), RingWire.text(from), from.readLong()));
  }
}
