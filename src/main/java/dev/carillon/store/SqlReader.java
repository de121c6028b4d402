package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Pattern;
import dev.carillon.event.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A connection that only reads; each thread that reads has one. */
final class SqlReader implements AutoCloseable {
  /** Histories looked at in one query. */
  private static final int PAGE = 500;

  /** The epoch of topics that were never used, for {@link SqlStatements#readEpoch}. */
  static final String SELECT_EPOCH = "SELECT epoch, checksum FROM store";

  private final Connection connection;
  private final EventRow.TextColumn text;
  private final PreparedStatement headOf;
  private final PreparedStatement headsFrom;
  private final PreparedStatement events;
  private final PreparedStatement epoch;

  SqlReader(Connection connection, EventRow.TextColumn text) throws SQLException {
    this.connection = connection;
    this.text = text;
    String head = SqlBackend.headColumns();
    headOf = connection.prepareStatement("SELECT " + head + " FROM topics WHERE name = ?");
    epoch = connection.prepareStatement(SELECT_EPOCH);
    headsFrom =
        connection.prepareStatement(
            "SELECT "
                + head
                + " FROM topics WHERE name > ? AND name >= ? AND name < ?"
                + " ORDER BY name LIMIT ?");
    events =
        connection.prepareStatement(
            "SELECT "
                + EventRow.COLUMNS
                + " FROM events WHERE topic = ? AND \"offset\" > ? ORDER BY \"offset\" LIMIT ?");
  }

  /** The head of a history, of one that was never used too. */
  Head head(String topic) throws SQLException {
    try {
      return headInTransaction(topic);
    } finally {
      connection.rollback();
    }
  }

  /** Histories whose topics match, in the order of their names. */
  List<Head> heads(Pattern pattern, String after, int limit) throws SQLException {
    String prefix = literalPrefix(pattern);
    List<Head> found = new ArrayList<>();
    String from = after;
    try {
      while (found.size() < limit) {
        headsFrom.setString(1, from);
        headsFrom.setString(2, prefix);
        // Above every name that begins with the prefix.
        headsFrom.setString(3, prefix + '\u007f');
        headsFrom.setInt(4, PAGE);
        int rows = 0;
        try (ResultSet row = headsFrom.executeQuery()) {
          while (row.next() && found.size() < limit) {
            Head head = SqlStatements.readHead(row);
            from = head.topic();
            rows++;
            if (SqlBackend.isHistory(head) && pattern.matches(head.topic())) {
              found.add(head);
            }
          }
        }
        if (rows < PAGE) {
          break;
        }
      }
    } finally {
      connection.rollback();
    }
    return found;
  }

  /** Reads a part of a history, as one picture of it. */
  HistoryPage page(String topic, HistoryRule rule, long after, int maxEvents, long maxBytes)
      throws SQLException {
    try {
      Head head = headInTransaction(topic);
      HistoryBounds bounds = head.bounds(rule);
      long from = Math.max(after + 1, bounds.first());
      int limit = (int) Math.min(maxEvents, Math.max(0, bounds.last() - from + 1));
      List<EventFrame> frames = limit == 0 ? List.of() : frames(head, from, limit, maxBytes);
      return new HistoryPage(bounds, frames);
    } finally {
      connection.rollback();
    }
  }

  private Head headInTransaction(String topic) throws SQLException {
    headOf.setString(1, topic);
    try (ResultSet row = headOf.executeQuery()) {
      if (row.next()) {
        return SqlStatements.readHead(row);
      }
    }
    // In the same picture: a topic that is forgotten right now takes its epoch along.
    try (ResultSet row = epoch.executeQuery()) {
      return Head.unused(topic, SqlStatements.readEpoch(row));
    }
  }

  private List<EventFrame> frames(Head head, long from, int limit, long maxBytes)
      throws SQLException {
    Topic topic = new Topic(head.topic());
    List<EventFrame> frames = new ArrayList<>(limit);
    events.setLong(1, head.id());
    events.setLong(2, from - 1);
    events.setInt(3, limit);
    long bytes = 0;
    try (ResultSet row = events.executeQuery()) {
      while (bytes < maxBytes && row.next()) {
        Optional<Event> event = EventRow.read(row, topic, head.epoch(), text);
        if (event.isEmpty() || row.getLong(1) != from + frames.size()) {
          throw damaged(head, from + frames.size());
        }
        EventFrame frame = new EventFrame(event.get());
        bytes += frame.size();
        frames.add(frame);
      }
    }
    if (frames.size() < limit && bytes < maxBytes) {
      throw damaged(head, from + frames.size());
    }
    return frames;
  }

  private static DamagedRowException damaged(Head head, long offset) {
    return new DamagedRowException("event " + offset + " of topic " + head.topic());
  }

  private static String literalPrefix(Pattern pattern) {
    String text = pattern.text();
    int end = 0;
    while (end < text.length() && text.charAt(end) != '*' && text.charAt(end) != '>') {
      end++;
    }
    return text.substring(0, end);
  }

  @Override
  public void close() throws SQLException {
    headOf.close();
    headsFrom.close();
    events.close();
    epoch.close();
    connection.close();
  }
}
