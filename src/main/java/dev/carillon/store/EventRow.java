package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** An event as a row of the table {@code events}, with a checksum over all of it. */
final class EventRow {
  /** What {@link #read} expects, in this order. */
  static final String COLUMNS = "\"offset\", id, time, \"key\", kind, data, checksum";

  static final String INSERT =
      "INSERT INTO events (topic, \"offset\", id, time, \"key\", kind, data, bytes, checksum)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** How a database keeps text that a publisher chose. */
  interface TextColumn {
    @Nullable String get(ResultSet row, int column) throws SQLException;
  }

  private EventRow() {}

  static void write(PreparedStatement insert, long topicId, AppendPlan.Row row)
      throws SQLException {
    Event event = row.event();
    insert.setLong(1, topicId);
    insert.setLong(2, row.offset());
    insert.setString(3, event.id());
    insert.setLong(4, event.timeMillis());
    if (event.key().isPresent()) {
      insert.setString(5, event.key().get());
    } else {
      insert.setNull(5, Types.VARCHAR);
    }
    insert.setInt(6, kind(event.data()));
    insert.setBytes(7, event.data().json());
    insert.setLong(8, row.bytes());
    insert.setLong(9, checksum(event, row.offset()));
  }

  /** Reads one row of a database that keeps text as text. */
  static Optional<Event> read(ResultSet row, Topic topic, String epoch) throws SQLException {
    return read(row, topic, epoch, ResultSet::getString);
  }

  /**
   * Reads one row.
   *
   * @return the event; nothing when the row is not as it was written
   */
  static Optional<Event> read(ResultSet row, Topic topic, String epoch, TextColumn text)
      throws SQLException {
    long offset = row.getLong(1);
    String id = text.get(row, 2);
    long time = row.getLong(3);
    String key = text.get(row, 4);
    int kind = row.getInt(5);
    byte[] data = row.getBytes(6);
    if (id == null
        || data == null
        || id.isEmpty()
        || id.length() > Event.MAX_ID_LENGTH
        || (key != null && (key.isEmpty() || key.length() > Event.MAX_KEY_LENGTH))
        || offset < 1) {
      return Optional.empty();
    }
    EventData content = data(kind, data);
    Event event =
        new Event(
            topic,
            id,
            time,
            Optional.ofNullable(key),
            content,
            Optional.of(new Position(epoch, offset)));
    return checksum(event, offset) == row.getLong(7) ? Optional.of(event) : Optional.empty();
  }

  /** The column {@code kind}: what {@link #data} is to be told. */
  static int kind(EventData data) {
    return data.kind() == EventData.Kind.JSON ? 0 : 1;
  }

  /** What the columns {@code kind} and {@code data} say. */
  static EventData data(int kind, byte[] json) {
    return kind == 0 ? EventData.ofJson(json) : EventData.ofBase64(unquoted(json));
  }

  private static String unquoted(byte[] json) {
    String text = new String(json, StandardCharsets.ISO_8859_1);
    return text.length() < 2 ? "" : text.substring(1, text.length() - 1);
  }

  /** Over every field, with the topic's name: a row that moved is as wrong as one that changed. */
  static long checksum(Event event, long offset) {
    CRC32C sum = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES + 1);
    numbers.putLong(offset).putLong(event.timeMillis());
    numbers.put((byte) kind(event.data())).flip();
    sum.update(numbers);
    update(sum, event.topic().name());
    update(sum, event.id());
    update(sum, event.key().orElse(""));
    byte[] data = event.data().json();
    sum.update(data, 0, data.length);
    return sum.getValue();
  }

  private static void update(CRC32C sum, String text) {
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    // Ends the field, so that two fields can't trade characters.
    sum.update(0);
  }
}
