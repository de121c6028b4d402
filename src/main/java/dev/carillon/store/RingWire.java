package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** How the parts of what members tell each other are written. */
final class RingWire {

  private RingWire() {}

  /** Reads one part. */
  interface Reading<T> {
    T read(ObjectDataInput in) throws IOException;
  }

  /** Writes one part. */
  interface Writing<T> {
    void write(ObjectDataOutput out, T part) throws IOException;
  }

  static <T> void writeAll(ObjectDataOutput out, Collection<T> parts, Writing<T> each)
      throws IOException {
    out.writeInt(parts.size());
    for (T part : parts) {
      each.write(out, part);
    }
  }

  static <T> List<T> readAll(ObjectDataInput in, Reading<T> each) throws IOException {
    int size = in.readInt();
    List<T> parts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      parts.add(each.read(in));
    }
    return parts;
  }

  static String text(ObjectDataInput in) throws IOException {
    String text = in.readString();
    if (text == null) {
      throw new IOException("a text is missing");
    }
    return text;
  }

  static byte[] bytes(ObjectDataInput in) throws IOException {
    byte[] bytes = in.readByteArray();
    if (bytes == null) {
      throw new IOException("bytes are missing");
    }
    return bytes;
  }

  static void writeRows(ObjectDataOutput out, Collection<byte[]> rows) throws IOException {
    writeAll(out, rows, ObjectDataOutput::writeByteArray);
  }

  static List<byte[]> readRows(ObjectDataInput in) throws IOException {
    return readAll(in, RingWire::bytes);
  }

  static void writeWriters(ObjectDataOutput out, Collection<RingTopic.Writer> writers)
      throws IOException {
    writeAll(
        out,
        writers,
        (to, writer) -> {
          to.writeLong(writer.member().getMostSignificantBits());
          to.writeLong(writer.member().getLeastSignificantBits());
          to.writeLong(writer.from());
        });
  }

  static List<RingTopic.Writer> readWriters(ObjectDataInput in) throws IOException {
    return readAll(
        in,
        from -> new RingTopic.Writer(new UUID(from.readLong(), from.readLong()), from.readLong()));
  }

  static void writeIds(ObjectDataOutput out, Collection<RingTopic.ChosenId> ids)
      throws IOException {
    writeAll(
        out,
        ids,
        (to, id) -> {
          to.writeString(id.id());
          to.writeLong(id.offset());
          to.writeLong(id.fingerprint());
          to.writeLong(id.timeMillis());
        });
  }

  static List<RingTopic.ChosenId> readIds(ObjectDataInput in) throws IOException {
    return readAll(
        in,
        from ->
            new RingTopic.ChosenId(text(from), from.readLong(), from.readLong(), from.readLong()));
  }

  static void writeRules(ObjectDataOutput out, Map<String, HistoryRule> rules) throws IOException {
    writeAll(
        out,
        rules.entrySet(),
        (to, rule) -> {
          to.writeString(rule.getKey());
          to.writeLong(rule.getValue().maxEvents());
          to.writeLong(rule.getValue().maxAge().toMillis());
          to.writeLong(rule.getValue().maxBytes());
        });
  }

  static Map<String, HistoryRule> readRules(ObjectDataInput in) throws IOException {
    Map<String, HistoryRule> rules = new HashMap<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      rules.put(
          text(in),
          new HistoryRule(in.readLong(), Duration.ofMillis(in.readLong()), in.readLong()));
    }
    return rules;
  }
}
