package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Events as nodes hand them to each other in questions and answers. */
public final class EventBytes {
  private EventBytes() {}

  public static Buffer of(List<EventFrame> frames) {
    Buffer bytes = Buffer.buffer();
    frames.forEach(frame -> bytes.appendBytes(WireEvent.of(frame).bytes()));
    return bytes;
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @throws RuntimeException where the bytes are no events
   */
  public static List<EventFrame> read(Buffer bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.getBytes());
    List<EventFrame> frames = new ArrayList<>();
    while (in.hasRemaining()) {
      frames.add(WireEvent.read(in).frame());
    }
    return frames;
  }
}
