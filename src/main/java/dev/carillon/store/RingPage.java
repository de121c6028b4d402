package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.List;

/** What a {@link RingRead} found. */
final class RingPage implements IdentifiedDataSerializable {
  private Head head = Head.unused("", "");
  private long confirmed;
  private boolean torn;
  private long from;
  private List<byte[]> rows = List.of();

  RingPage() {}

  /**
   * A part of a history.
   *
   * @param confirmed up to here every copy is known to have the events
   * @param torn whether events that should be there are not, and it is to begin anew
   * @param from the offset of the first row
   */
  RingPage(Head head, long confirmed, boolean torn, long from, List<byte[]> rows) {
    this.head = head;
    this.confirmed = confirmed;
    this.torn = torn;
    this.from = from;
    this.rows = rows;
  }

  Head head() {
    return head;
  }

  long from() {
    return from;
  }

  List<byte[]> rows() {
    return rows;
  }

  /** The same without what came after this offset, as far as that is not known to be settled. */
  RingPage upTo(long settled) {
    long last = Math.min(head.last(), Math.max(settled, confirmed));
    int most = (int) Math.max(0, Math.min(rows.size(), last - from + 1));
    return new RingPage(
        new Head(
            head.id(),
            head.topic(),
            head.epoch(),
            Math.min(head.first(), last + 1),
            last,
            head.bytes(),
            head.usedMillis()),
        confirmed,
        torn,
        from,
        rows.subList(0, most));
  }

  /** Whether all of the history may be shown. */
  boolean isSettled() {
    return !torn && confirmed >= head.last();
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.PAGE;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RingHeads.write(out, head);
    out.writeLong(confirmed);
    out.writeBoolean(torn);
    out.writeLong(from);
    RingWire.writeRows(out, rows);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    head = RingHeads.readHead(in);
    confirmed = in.readLong();
    torn = in.readBoolean();
    from = in.readLong();
    rows = RingWire.readRows(in);
  }
}
