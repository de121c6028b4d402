package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.List;

/** What a {@link RingList} found. */
final class RingHeads implements IdentifiedDataSerializable {
  private List<Head> heads = List.of();

  RingHeads() {}

  RingHeads(List<Head> heads) {
    this.heads = heads;
  }

  List<Head> heads() {
    return heads;
  }

  static void write(ObjectDataOutput out, Head head) throws IOException {
    out.writeString(head.topic());
    out.writeString(head.epoch());
    out.writeLong(head.first());
    out.writeLong(head.last());
    out.writeLong(head.bytes());
    out.writeLong(head.usedMillis());
  }

  static Head readHead(ObjectDataInput in) throws IOException {
    return new Head(
        0,
        RingWire.text(in),
        RingWire.text(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong());
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.HEADS;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RingWire.writeAll(out, heads, RingHeads::write);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    heads = RingWire.readAll(in, RingHeads::readHead);
  }
}
