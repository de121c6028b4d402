package dev.carillon.cluster;

import dev.carillon.cluster.NodeMessage.Events;
import dev.carillon.cluster.NodeMessage.Farewell;
import dev.carillon.cluster.NodeMessage.Hello;
import dev.carillon.cluster.NodeMessage.InterestPart;
import dev.carillon.cluster.NodeMessage.Load;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.cluster.NodeMessage.Wish;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * {@link NodeMessage}s as bytes: a byte with the version, one with the kind, the sender's id, then
 * what the kind has, numbers with the highest byte first. Nothing of it is Java's serialization.
 */
final class NodeCodec {
  /** The version of everything that nodes send each other. */
  static final int VERSION = 1;

  private static final int EVENTS = 1;
  private static final int INTEREST = 2;
  private static final int HELLO = 3;
  private static final int RECEIPT = 4;
  private static final int FAREWELL = 5;
  private static final Wish[] WISHES = Wish.values();

  private NodeCodec() {}

  /** The bytes can't be read: another version, or no message of a node at all. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }

  static Buffer encode(NodeMessage message) {
    if (message instanceof Numbered numbered) {
      Load load = numbered.load();
      Buffer out = begin(load instanceof Events ? EVENTS : INTEREST, numbered.sender(), 256);
      out.appendLong(numbered.life()).appendLong(numbered.number());
      if (load instanceof Events events) {
        append(out, events);
      } else if (load instanceof InterestPart part) {
        out.appendByte((byte) (part.begins() ? 1 : 0)).appendLong(part.version());
        appendPatterns(out, part.added());
        appendPatterns(out, part.removed());
      }
      return out;
    }
    if (message instanceof Hello hello) {
      return begin(HELLO, hello.sender(), 64)
          .appendLong(hello.life())
          .appendLong(hello.lastNumber())
          .appendLong(hello.interest().version())
          .appendInt(hello.interest().patterns())
          .appendLong(hello.interest().digest());
    }
    if (message instanceof Receipt receipt) {
      return begin(RECEIPT, receipt.sender(), 64)
          .appendLong(receipt.life())
          .appendLong(receipt.received())
          .appendLong(receipt.taken())
          .appendByte(number(receipt.wish()));
    }
    return begin(FAREWELL, message.sender(), 32);
  }

  /**
   * Reads a message.
   *
   * @throws UnreadableException saying what is wrong with it
   */
  static NodeMessage decode(Buffer buffer) throws UnreadableException {
    ByteBuffer in = ByteBuffer.wrap(buffer.getBytes());
    if (in.remaining() < 2) {
      throw new UnreadableException("a message of " + in.remaining() + " bytes");
    }
    int version = in.get();
    if (version != VERSION) {
      throw new UnreadableException(
          "a message of version " + version + "; this node knows version " + VERSION);
    }
    try {
      return read(in);
    } catch (RuntimeException e) {
      throw new UnreadableException("a message that can't be read: " + e.getMessage());
    }
  }

  private static NodeMessage read(ByteBuffer in) throws UnreadableException {
    int kind = in.get();
    String sender = new UUID(in.getLong(), in.getLong()).toString();
    return switch (kind) {
      case EVENTS -> new Numbered(sender, in.getLong(), in.getLong(), readEvents(in));
      case INTEREST ->
          new Numbered(
              sender,
              in.getLong(),
              in.getLong(),
              new InterestPart(in.get() == 1, in.getLong(), readPatterns(in), readPatterns(in)));
      case HELLO ->
          new Hello(
              sender,
              in.getLong(),
              in.getLong(),
              new InterestSum(in.getLong(), in.getInt(), in.getLong()));
      case RECEIPT ->
          new Receipt(sender, in.getLong(), in.getLong(), in.getLong(), WISHES[in.get()]);
      case FAREWELL -> new Farewell(sender);
      default -> throw new UnreadableException("a message of kind " + kind);
    };
  }

  private static Buffer begin(int kind, String sender, int size) {
    UUID id = UUID.fromString(sender);
    return Buffer.buffer(size)
        .appendByte((byte) VERSION)
        .appendByte((byte) kind)
        .appendLong(id.getMostSignificantBits())
        .appendLong(id.getLeastSignificantBits());
  }

  private static void append(Buffer out, Events events) {
    out.appendInt(events.gaps().size());
    for (Gap gap : events.gaps()) {
      appendShort(out, gap.topic());
      out.appendLong(gap.count());
      appendShort(out, gap.reason().code());
      out.appendLong(gap.from()).appendLong(gap.to());
      appendShort(out, gap.epoch());
    }
    out.appendInt(events.holes().size());
    for (Hole hole : events.holes()) {
      appendShort(out, hole.topic());
      appendShort(out, hole.epoch());
      out.appendLong(hole.from()).appendLong(hole.to());
    }
    out.appendInt(events.events().size());
    for (WireEvent event : events.events()) {
      out.appendBytes(event.bytes());
    }
  }

  private static Events readEvents(ByteBuffer in) {
    int gapCount = in.getInt();
    List<Gap> gaps = list(gapCount);
    for (int i = 0; i < gapCount; i++) {
      String topic = readShort(in);
      long count = in.getLong();
      GapReason reason = reason(readShort(in));
      gaps.add(new Gap(topic, count, reason, in.getLong(), in.getLong(), readShort(in)));
    }
    int holeCount = in.getInt();
    List<Hole> holes = list(holeCount);
    for (int i = 0; i < holeCount; i++) {
      holes.add(new Hole(readShort(in), readShort(in), in.getLong(), in.getLong()));
    }
    int eventCount = in.getInt();
    List<WireEvent> events = list(eventCount);
    for (int i = 0; i < eventCount; i++) {
      events.add(WireEvent.read(in));
    }
    return new Events(gaps, holes, events);
  }

  private static void appendPatterns(Buffer out, List<Pattern> patterns) {
    out.appendInt(patterns.size());
    for (Pattern pattern : patterns) {
      appendShort(out, pattern.text());
    }
  }

  private static List<Pattern> readPatterns(ByteBuffer in) {
    int count = in.getInt();
    List<Pattern> patterns = list(count);
    for (int i = 0; i < count; i++) {
      patterns.add(new Pattern(readShort(in)));
    }
    return patterns;
  }

  /** Grows as its entries are read: a count from outside reserves nothing. */
  private static <T> List<T> list(int count) {
    return count == 0 ? List.of() : new ArrayList<>(Math.min(count, 1024));
  }

  private static void appendShort(Buffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.appendByte((byte) bytes.length).appendBytes(bytes);
  }

  private static String readShort(ByteBuffer in) {
    return WireEvent.latin(in, in.get() & 0xff);
  }

  @SuppressWarnings("EnumOrdinal") // Part of the version: the order stays.
  private static byte number(Wish wish) {
    return (byte) wish.ordinal();
  }

  private static GapReason reason(String code) {
    for (GapReason reason : GapReason.values()) {
      if (reason.code().equals(code)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("a gap for " + code);
  }
}
