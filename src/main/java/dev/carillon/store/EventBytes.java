package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An event as bytes, with a checksum over all of it and its topic's name. Its offset is where it
 * stands, and no part of it.
 */
final class EventBytes {
  private static final int CHECKSUM_BYTES = Integer.BYTES;
  private static final int HEAD_BYTES = CHECKSUM_BYTES + Long.BYTES + 1 + 2 * Short.BYTES;

  private EventBytes() {}

  static byte[] encode(Event event) {
    byte[] id = event.id().getBytes(StandardCharsets.UTF_8);
    byte[] key = event.key().orElse("").getBytes(StandardCharsets.UTF_8);
    byte[] data = event.data().json();
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + id.length + key.length + data.length);
    bytes.putInt(0).putLong(event.timeMillis()).put((byte) EventRow.kind(event.data()));
    bytes.putShort((short) id.length).put(id).putShort((short) key.length).put(key).put(data);
    bytes.putInt(0, checksum(event.topic().name(), bytes.array()));
    return bytes.array();
  }

  /**
   * Reads what {@link #encode} made.
   *
   * @return the event; nothing when the bytes are not as they were made
   */
  static Optional<Event> decode(Topic topic, Position position, byte[] bytes) {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      if (in.getInt() != checksum(topic.name(), bytes)) {
        return Optional.empty();
      }
      long time = in.getLong();
      int kind = in.get();
      String id = text(in);
      String key = text(in);
      byte[] data = new byte[in.remaining()];
      in.get(data);
      return Optional.of(
          new Event(
              topic,
              id,
              time,
              key.isEmpty() ? Optional.empty() : Optional.of(key),
              EventRow.data(kind, data),
              Optional.of(position)));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** When the event was published. */
  static long timeMillis(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong(CHECKSUM_BYTES);
  }

  /** The event's id. */
  static String id(byte[] bytes) {
    return text(ByteBuffer.wrap(bytes).position(CHECKSUM_BYTES + Long.BYTES + 1));
  }

  /** As {@link StoredBytes#of}, where the event's texts are plain. */
  static long storedBytes(String topic, byte[] bytes) {
    return StoredBytes.ENVELOPE_BYTES + topic.length() + bytes.length - (long) HEAD_BYTES;
  }

  private static String text(ByteBuffer in) {
    byte[] text = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int checksum(String topic, byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(topic.getBytes(StandardCharsets.UTF_8));
    // Ends the name, so that it can't trade characters with what follows.
    sum.update(0);
    sum.update(bytes, CHECKSUM_BYTES, bytes.length - CHECKSUM_BYTES);
    return (int) sum.getValue();
  }
}
