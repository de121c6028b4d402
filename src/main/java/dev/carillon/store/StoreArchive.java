package dev.carillon.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Histories as lines of JSON, one an event, with their epochs and offsets: out of one store at rest
 * and into another. Both may be begun again where they broke off.
 */
public final class StoreArchive {
  private static final int BATCH = 1000;
  private static final JsonFactory JSON = new JsonFactory();

  private StoreArchive() {}

  /**
   * Writes histories, topics in the order of their names. Blocks.
   *
   * @param afterTopic goes on with this topic; the empty text begins
   * @param afterOffset behind this offset of it
   * @param progress hears the number of events so far
   * @return how many events were written
   * @throws StoreUnavailableException when the store can't be read as it was written
   */
  public static long export(
      Path file, String afterTopic, long afterOffset, Writer out, LongConsumer progress)
      throws IOException {
    SqliteDialect dialect = new SqliteDialect(file);
    dialect.claim();
    try (Connection connection = dialect.reader();
        PreparedStatement topics =
            connection.prepareStatement(
                "SELECT "
                    + SqlBackend.headColumns()
                    + " FROM topics WHERE name >= ? ORDER BY name")) {
      topics.setString(1, afterTopic);
      long written = 0;
      try (ResultSet row = topics.executeQuery()) {
        while (row.next()) {
          Head head = SqlStatements.readHead(row);
          if (SqlBackend.isHistory(head)) {
            long after = head.topic().equals(afterTopic) ? afterOffset : 0;
            written = export(connection, head, after, out, written, progress);
          }
        }
      }
      out.flush();
      return written;
    } catch (SQLException e) {
      throw new StoreUnavailableException("store " + file + " can't be read", e);
    } finally {
      dialect.release();
    }
  }

  private static long export(
      Connection connection,
      Head head,
      long after,
      Writer out,
      long writtenBefore,
      LongConsumer progress)
      throws SQLException, IOException {
    long written = writtenBefore;
    Topic topic = new Topic(head.topic());
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT "
                + EventRow.COLUMNS
                + " FROM events WHERE topic = ? AND \"offset\" > ? ORDER BY \"offset\"")) {
      query.setLong(1, head.id());
      query.setLong(2, after);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          Optional<Event> event = EventRow.read(row, topic, head.epoch());
          if (event.isEmpty()) {
            throw new StoreUnavailableException(
                "event "
                    + row.getLong(1)
                    + " of topic "
                    + head.topic()
                    + " is not as it was written");
          }
          out.write(line(event.get(), head.epoch(), row.getLong(1)));
          if (++written % BATCH == 0) {
            progress.accept(written);
          }
        }
      }
    }
    return written;
  }

  private static String line(Event event, String epoch, long offset) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("topic", event.topic().name());
      json.writeStringField("epoch", epoch);
      json.writeNumberField("offset", offset);
      json.writeStringField("id", event.id());
      json.writeNumberField("timeMillis", event.timeMillis());
      if (event.key().isPresent()) {
        json.writeStringField("key", event.key().get());
      }
      json.writeFieldName(event.data().kind() == EventData.Kind.JSON ? "data" : "dataBase64");
      json.writeRawValue(new String(event.data().json(), StandardCharsets.UTF_8));
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  /**
   * What an import did.
   *
   * @param stored events that were stored
   * @param skipped events that were there already
   */
  public record Imported(long stored, long skipped) {}

  /**
   * Stores what {@link #export} wrote; events that are there already are passed over. Blocks.
   *
   * @param progress hears the number of lines so far
   * @throws StoreUnavailableException when a line can't be read, a topic has another history here,
   *     or the file can't be written; what was stored before stays
   */
  public static Imported load(Path file, BufferedReader in, LongConsumer progress)
      throws IOException {
    StoreSettings settings =
        new StoreSettings(
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            Duration.ofDays(36_500),
            Duration.ZERO,
            1,
            1 << 20,
            1,
            topic -> new HistoryRule(Long.MAX_VALUE / 2, Duration.ofDays(36_500), Long.MAX_VALUE));
    // Opened and closed, so that the schema is there.
    SqlStore.openSqlite(file, settings, Clock.systemUTC()).close().toCompletableFuture().join();
    SqliteDialect dialect = new SqliteDialect(file);
    dialect.claim();
    try (Connection connection = dialect.writer()) {
      return new Loading(connection).load(in, progress);
    } catch (SQLException e) {
      throw new StoreUnavailableException("store " + file + " can't be written", e);
    } finally {
      dialect.release();
    }
  }

  private static final class Loading {
    private final Connection connection;
    private final SqlStatements statements;
    private final Map<String, Head> heads = new HashMap<>();
    private final Map<String, Head> changed = new HashMap<>();
    private long lastTopicId;
    private long stored;
    private long skipped;

    Loading(Connection connection) throws SQLException {
      this.connection = connection;
      this.statements = new SqlStatements(connection);
      List<Head> page;
      do {
        page = statements.headsAfter(lastTopicId, BATCH);
        for (Head head : page) {
          heads.put(head.topic(), head);
          lastTopicId = head.id();
        }
      } while (page.size() == BATCH);
    }

    Imported load(BufferedReader in, LongConsumer progress) throws SQLException, IOException {
      long lines = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines++;
        if (!line.isBlank()) {
          take(read(line, lines), lines);
        }
        if (lines % BATCH == 0) {
          commit();
          progress.accept(lines);
        }
      }
      commit();
      return new Imported(stored, skipped);
    }

    private void take(Event event, long line) throws SQLException {
      Position position = event.position().orElseThrow();
      String topic = event.topic().name();
      Head head = heads.get(topic);
      if (head == null || head.last() == 0) {
        long first = position.offset();
        long id = head == null ? ++lastTopicId : head.id();
        Head begun = new Head(id, topic, position.epoch(), first, first - 1, 0, event.timeMillis());
        if (head == null) {
          statements.insertTopic(begun);
        }
        head = begun;
      }
      if (!head.epoch().equals(position.epoch())) {
        throw refusal(line, "topic " + topic + " has another history here");
      }
      if (position.offset() <= head.last()) {
        skipped++;
        return;
      }
      if (position.offset() != head.last() + 1) {
        throw refusal(line, "topic " + topic + " would lack event " + (head.last() + 1));
      }
      long bytes = StoredBytes.of(event);
      statements.addEvent(
          head.id(), new AppendPlan.Row(event, new NewEvent(event, false, 0), bytes));
      Head next = head.append(bytes, event.timeMillis());
      heads.put(topic, next);
      changed.put(topic, next);
      stored++;
    }

    private void commit() throws SQLException {
      if (!changed.isEmpty()) {
        statements.flushEvents();
        for (Head head : changed.values()) {
          statements.addHead(head);
        }
        statements.flushHeads();
        changed.clear();
      }
      connection.commit();
    }

    private static Event read(String line, long number) {
      byte[] json = line.getBytes(StandardCharsets.UTF_8);
      Map<String, String> texts = new HashMap<>();
      Optional<EventData> data = Optional.empty();
      try (JsonParser parser = JSON.createParser(json)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (name.equals("data")) {
            int start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            int end = (int) parser.currentLocation().getByteOffset();
            data = Optional.of(EventData.ofJson(Arrays.copyOfRange(json, start, end)));
          } else if (name.equals("dataBase64")) {
            data = Optional.of(EventData.ofBase64(parser.getText()));
          } else {
            texts.put(name, parser.getText());
          }
        }
        return new Event(
            new Topic(texts.getOrDefault("topic", "")),
            texts.getOrDefault("id", ""),
            Long.parseLong(texts.getOrDefault("timeMillis", "")),
            Optional.ofNullable(texts.get("key")),
            data.orElseThrow(() -> new IllegalArgumentException("no data")),
            Optional.of(
                new Position(
                    texts.getOrDefault("epoch", ""),
                    Long.parseLong(texts.getOrDefault("offset", "")))));
      } catch (IOException | IllegalArgumentException e) {
        throw refusal(number, "not an exported event: " + e.getMessage());
      }
    }

    private static StoreUnavailableException refusal(long line, String problem) {
      return new StoreUnavailableException("line " + line + ": " + problem);
    }
  }
}
