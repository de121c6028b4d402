package dev.carillon.gateway;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.Position;
import dev.carillon.hub.FrameSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where an event stream is in all of its histories, as the text of an {@code id} that it can be
 * resumed by.
 *
 * <p>Holds up to {@link HistoryLookup#MAX_POSITIONS} histories; the text says whether there were
 * more. Names are kept as checksums, so that the text of that many fits a header.
 */
final class StreamPlace implements FrameSink {
  private static final int VERSION = 1;
  private static final int INCOMPLETE = 1;
  private static final int TOPIC_BYTES = 6;
  private static final int EPOCH_BYTES = 3;

  private final Map<String, Position> positions = new LinkedHashMap<>();
  private boolean complete = true;
  private boolean changed = true;

  /** Begins where the stream's topics begin. */
  StreamPlace(List<SubscribedTopic> topics) {
    for (SubscribedTopic topic : topics) {
      complete &= topic.complete();
      for (HistoryStart start : topic.histories()) {
        set(start.bounds().topic(), new Position(start.bounds().epoch(), start.cursor().after()));
      }
    }
  }

  /** Takes note of what was sent. */
  @Override
  public void accept(Frame frame) {
    if (frame instanceof EventFrame event && event.offset() > 0) {
      set(event.topic(), new Position(event.epoch(), event.offset()));
    } else if (frame instanceof GapFrame announced) {
      Gap gap = announced.gap();
      Position known = positions.get(gap.topic());
      if (!gap.epoch().isEmpty()) {
        set(gap.topic(), new Position(gap.epoch(), 0));
      } else if (gap.hasRange() && known != null && gap.to() > known.offset()) {
        set(gap.topic(), new Position(known.epoch(), gap.to()));
      }
    }
  }

  /** The text, where it is another one than the last time. */
  Optional<String> takeText() {
    if (!changed) {
      return Optional.empty();
    }
    changed = false;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(VERSION);
    bytes.write(complete ? 0 : INCOMPLETE);
    positions.forEach(
        (topic, position) -> {
          bytes.writeBytes(topicSum(topic));
          bytes.writeBytes(epochSum(position.epoch()));
          long rest = position.offset();
          while (rest > 0x7f) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
          }
          bytes.write((int) rest);
        });
    return Optional.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray()));
  }

  private void set(String topic, Position position) {
    if (positions.size() >= HistoryLookup.MAX_POSITIONS && !positions.containsKey(topic)) {
      changed |= complete;
      complete = false;
    } else {
      positions.put(topic, position);
      changed = true;
    }
  }

  /**
   * What such a text says.
   *
   * @param offsets by the checksums of topic and epoch
   * @param epochs the checksum of a topic's epoch, by that of the topic
   */
  record Resumed(Map<Long, Long> offsets, Map<Long, Long> epochs, boolean complete) {

    /** Where to go on in a history of this topic and epoch; empty where the text says nothing. */
    Optional<StartAt> in(String topic, String epoch) {
      long sum = number(topicSum(topic));
      Long offset = offsets.get(sum);
      if (offset == null) {
        return Optional.empty();
      }
      boolean sameEpoch = number(epochSum(epoch)) == epochs.getOrDefault(sum, -1L);
      return Optional.of(new StartAt.Behind(new Position(sameEpoch ? epoch : "", offset)));
    }
  }

  /** Reads a text; empty where it is none. */
  static Optional<Resumed> read(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length < 2 || bytes[0] != VERSION || (bytes[1] & ~INCOMPLETE) != 0) {
      return Optional.empty();
    }
    Map<Long, Long> offsets = new LinkedHashMap<>();
    Map<Long, Long> epochs = new LinkedHashMap<>();
    ByteBuffer rest = ByteBuffer.wrap(bytes, 2, bytes.length - 2);
    while (rest.hasRemaining()) {
      if (rest.remaining() <= TOPIC_BYTES + EPOCH_BYTES) {
        return Optional.empty();
      }
      long topic = number(rest, TOPIC_BYTES);
      epochs.put(topic, number(rest, EPOCH_BYTES));
      long offset = 0;
      int shift = 0;
      byte next;
      do {
        if (!rest.hasRemaining() || shift > 56) {
          return Optional.empty();
        }
        next = rest.get();
        offset |= (next & 0x7fL) << shift;
        shift += 7;
      } while (next < 0);
      offsets.put(topic, offset);
    }
    return Optional.of(new Resumed(offsets, epochs, (bytes[1] & INCOMPLETE) == 0));
  }

  private static byte[] topicSum(String topic) {
    // Two checksums of different texts: 48 bits tell some hundred names apart.
    long sum = sum(topic) << 16 | (sum(topic + ".") & 0xffff);
    return bytes(sum, TOPIC_BYTES);
  }

  private static byte[] epochSum(String epoch) {
    return bytes(sum(epoch) & 0xffffff, EPOCH_BYTES);
  }

  private static long sum(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return sum.getValue();
  }

  private static byte[] bytes(long number, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (number >>> (8 * (count - 1 - i)));
    }
    return bytes;
  }

  private static long number(byte[] bytes) {
    return number(ByteBuffer.wrap(bytes), bytes.length);
  }

  private static long number(ByteBuffer bytes, int count) {
    long number = 0;
    for (int i = 0; i < count; i++) {
      number = number << 8 | (bytes.get() & 0xff);
    }
    return number;
  }
}
