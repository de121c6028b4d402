package dev.carillon.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** A checksum over the columns of a row, in an order of the caller's. */
final class RowChecksum {
  private final CRC32C sum = new CRC32C();
  private final ByteBuffer eight = ByteBuffer.allocate(Long.BYTES);

  RowChecksum add(long number) {
    eight.clear().putLong(number).flip();
    sum.update(eight);
    return this;
  }

  RowChecksum add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // Its length first, so that two columns can't trade characters.
    add(bytes.length);
    sum.update(bytes);
    return this;
  }

  long value() {
    return sum.getValue();
  }

  /** Of a row of {@code topics}. */
  static long of(Head head) {
    return new RowChecksum()
        .add(head.id())
        .add(head.topic())
        .add(head.epoch())
        .add(head.first())
        .add(head.last())
        .add(head.bytes())
        .add(head.usedMillis())
        .value();
  }

  /** Of a row of {@code event_ids}. */
  static long ofId(long topicId, String eventId, long offset, long fingerprint, long timeMillis) {
    return new RowChecksum()
        .add(topicId)
        .add(eventId)
        .add(offset)
        .add(fingerprint)
        .add(timeMillis)
        .value();
  }

  /** Of the row of {@code store}. */
  static long ofEpoch(String epoch) {
    return new RowChecksum().add(epoch).value();
  }
}
