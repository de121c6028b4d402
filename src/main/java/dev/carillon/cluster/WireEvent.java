package dev.carillon.cluster;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event as the bytes that nodes send each other; made once, however many nodes get it. */
final class WireEvent {
  private static final int HAS_KEY = 1;
  private static final int IS_BASE64 = 2;
  private static final int HAS_POSITION = 4;

  private final EventFrame frame;
  private final int size;
  private final byte @Nullable [] bytes;

  private WireEvent(EventFrame frame, int size, byte @Nullable [] bytes) {
    this.frame = frame;
    this.size = size;
    this.bytes = bytes;
  }

  static WireEvent of(EventFrame frame) {
    byte[] bytes = encode(frame.event());
    return new WireEvent(frame, bytes.length, bytes);
  }

  EventFrame frame() {
    return frame;
  }

  /** Shared: never to be written to. */
  byte[] bytes() {
    // What was read is not sent on: its bytes are not kept.
    return bytes == null ? encode(frame.event()) : bytes;
  }

  /** In bytes. */
  int size() {
    return size;
  }

  private static byte[] encode(Event event) {
    byte[] topic = event.topic().name().getBytes(StandardCharsets.ISO_8859_1);
    byte[] id = event.id().getBytes(StandardCharsets.UTF_8);
    byte[] key = event.key().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
    Position position = event.position().orElse(null);
    byte[] epoch = position == null ? null : position.epoch().getBytes(StandardCharsets.ISO_8859_1);
    byte[] data = event.data().json();
    int size =
        1
            + 1
            + topic.length
            + 2
            + id.length
            + Long.BYTES
            + (key == null ? 0 : 2 + key.length)
            + (epoch == null ? 0 : 1 + epoch.length + Long.BYTES)
            + Integer.BYTES
            + data.length;
    ByteBuffer out = ByteBuffer.allocate(size);
    int flags =
        (key == null ? 0 : HAS_KEY)
            | (event.data().kind() == EventData.Kind.BASE64 ? IS_BASE64 : 0)
            | (epoch == null ? 0 : HAS_POSITION);
    out.put((byte) flags);
    out.put((byte) topic.length).put(topic);
    out.putShort((short) id.length).put(id);
    out.putLong(event.timeMillis());
    if (key != null) {
      out.putShort((short) key.length).put(key);
    }
    if (epoch != null && position != null) {
      out.put((byte) epoch.length).put(epoch).putLong(position.offset());
    }
    out.putInt(data.length).put(data);
    return out.array();
  }

  /**
   * Reads one event.
   *
   * @throws RuntimeException where the bytes are no event
   */
  static WireEvent read(ByteBuffer in) {
    int begin = in.position();
    int flags = in.get();
    Topic topic = new Topic(latin(in, in.get() & 0xff));
    String id = utf8(in, in.getShort() & 0xffff);
    long time = in.getLong();
    Optional<String> key =
        (flags & HAS_KEY) == 0 ? Optional.empty() : Optional.of(utf8(in, in.getShort() & 0xffff));
    Optional<Position> position = Optional.empty();
    if ((flags & HAS_POSITION) != 0) {
      String epoch = latin(in, in.get() & 0xff);
      position = Optional.of(new Position(epoch, in.getLong()));
    }
    byte[] json = bytes(in, in.getInt());
    EventData data =
        (flags & IS_BASE64) == 0 ? EventData.ofJson(json) : EventData.ofBase64(unquoted(json));
    EventFrame frame = new EventFrame(new Event(topic, id, time, key, data, position));
    return new WireEvent(frame, in.position() - begin, null);
  }

  static String latin(ByteBuffer in, int length) {
    return new String(bytes(in, length), StandardCharsets.ISO_8859_1);
  }

  private static String utf8(ByteBuffer in, int length) {
    return new String(bytes(in, length), StandardCharsets.UTF_8);
  }

  /** Checked before it is made: what a length says comes from outside. */
  private static byte[] bytes(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(length + " bytes of " + in.remaining());
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static String unquoted(byte[] json) {
    return new String(json, 1, json.length - 2, StandardCharsets.ISO_8859_1);
  }
}
