package dev.carillon.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The statements of the writer's connection, prepared once. Confined to the writer thread. */
final class SqlStatements {
  private final PreparedStatement insertTopic;
  private final PreparedStatement updateHead;
  private final PreparedStatement insertEvent;
  private final PreparedStatement insertId;
  private final PreparedStatement headOf;
  private final PreparedStatement headsAfter;
  private final PreparedStatement oldest;
  private final PreparedStatement sumBefore;
  private final PreparedStatement deleteBefore;
  private final PreparedStatement deleteTopic;
  private final PreparedStatement deleteIdsOf;
  private final PreparedStatement deleteId;
  private final PreparedStatement deleteIdsBefore;
  private final PreparedStatement rename;
  private final PreparedStatement setEpoch;
  private final PreparedStatement probe;
  private int ids;
  private int forgottenIds;

  /**
   * What is past a rule.
   *
   * @param first the first offset that stays
   * @param bytes of the events before it
   * @param more whether that may not be all
   */
  record Excess(long first, long bytes, boolean more) {}

  SqlStatements(Connection connection) throws SQLException {
    String head = SqlBackend.headColumns();
    insertTopic =
        connection.prepareStatement(
            "INSERT INTO topics (" + head + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    updateHead =
        connection.prepareStatement(
            "UPDATE topics SET epoch = ?, first = ?, last = ?, bytes = ?, used = ?,"
                + " checksum = ? WHERE id = ?");
    insertEvent = connection.prepareStatement(EventRow.INSERT);
    insertId =
        connection.prepareStatement(
            "INSERT INTO event_ids (topic, id, \"offset\", fingerprint, time, checksum)"
                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (topic, id) DO UPDATE SET"
                + " \"offset\" = excluded.\"offset\", fingerprint = excluded.fingerprint,"
                + " time = excluded.time, checksum = excluded.checksum");
    headOf = connection.prepareStatement("SELECT " + head + " FROM topics WHERE name = ?");
    headsAfter =
        connection.prepareStatement(
            "SELECT " + head + " FROM topics WHERE id > ? ORDER BY id LIMIT ?");
    oldest =
        connection.prepareStatement(
            "SELECT \"offset\", time, bytes FROM events WHERE topic = ?"
                + " ORDER BY \"offset\" LIMIT ?");
    sumBefore =
        connection.prepareStatement(
            "SELECT COALESCE(SUM(bytes), 0) FROM events WHERE topic = ? AND \"offset\" < ?");
    deleteBefore =
        connection.prepareStatement("DELETE FROM events WHERE topic = ? AND \"offset\" < ?");
    deleteTopic = connection.prepareStatement("DELETE FROM topics WHERE id = ?");
    deleteIdsOf = connection.prepareStatement("DELETE FROM event_ids WHERE topic = ?");
    deleteId = connection.prepareStatement("DELETE FROM event_ids WHERE topic = ? AND id = ?");
    deleteIdsBefore =
        connection.prepareStatement(
            "DELETE FROM event_ids WHERE (topic, id) IN"
                + " (SELECT topic, id FROM event_ids WHERE time <= ? ORDER BY time LIMIT ?)");
    rename = connection.prepareStatement("UPDATE topics SET name = ?, checksum = ? WHERE id = ?");
    setEpoch = connection.prepareStatement("UPDATE store SET epoch = ?, checksum = ?");
    probe = connection.prepareStatement("UPDATE store SET room = ?");
  }

  void insertTopic(Head head) throws SQLException {
    insertTopic.setLong(1, head.id());
    insertTopic.setString(2, head.topic());
    insertTopic.setString(3, head.epoch());
    insertTopic.setLong(4, head.first());
    insertTopic.setLong(5, head.last());
    insertTopic.setLong(6, head.bytes());
    insertTopic.setLong(7, head.usedMillis());
    insertTopic.setLong(8, RowChecksum.of(head));
    insertTopic.executeUpdate();
  }

  void addEvent(long topicId, AppendPlan.Row row) throws SQLException {
    EventRow.write(insertEvent, topicId, row);
    insertEvent.addBatch();
    if (row.source().idIsChosen()) {
      insertId.setLong(1, topicId);
      insertId.setString(2, row.event().id());
      insertId.setLong(3, row.offset());
      insertId.setLong(4, row.source().fingerprint());
      insertId.setLong(5, row.event().timeMillis());
      insertId.setLong(
          6,
          RowChecksum.ofId(
              topicId,
              row.event().id(),
              row.offset(),
              row.source().fingerprint(),
              row.event().timeMillis()));
      insertId.addBatch();
      ids++;
    }
  }

  void flushEvents() throws SQLException {
    insertEvent.executeBatch();
    if (ids > 0) {
      insertId.executeBatch();
      ids = 0;
    }
  }

  void addHead(Head head) throws SQLException {
    updateHead.setString(1, head.epoch());
    updateHead.setLong(2, head.first());
    updateHead.setLong(3, head.last());
    updateHead.setLong(4, head.bytes());
    updateHead.setLong(5, head.usedMillis());
    updateHead.setLong(6, RowChecksum.of(head));
    updateHead.setLong(7, head.id());
    updateHead.addBatch();
  }

  void flushHeads() throws SQLException {
    updateHead.executeBatch();
  }

  void addForgottenId(long topicId, String eventId) throws SQLException {
    deleteId.setLong(1, topicId);
    deleteId.setString(2, eventId);
    deleteId.addBatch();
    forgottenIds++;
  }

  void flushForgottenIds() throws SQLException {
    if (forgottenIds > 0) {
      deleteId.executeBatch();
      forgottenIds = 0;
    }
  }

  Optional<Head> head(String topic) throws SQLException {
    headOf.setString(1, topic);
    try (ResultSet row = headOf.executeQuery()) {
      return row.next() ? Optional.of(readHead(row)) : Optional.empty();
    }
  }

  /** Histories, and purged ones, whose number comes after {@code id}. */
  List<Head> headsAfter(long id, int limit) throws SQLException {
    headsAfter.setLong(1, id);
    headsAfter.setInt(2, limit);
    List<Head> found = new ArrayList<>(limit);
    try (ResultSet row = headsAfter.executeQuery()) {
      while (row.next()) {
        found.add(readHead(row));
      }
    }
    return found;
  }

  /**
   * Reads a row of {@code topics}.
   *
   * @throws DamagedRowException when it is not as it was written
   */
  static Head readHead(ResultSet row) throws SQLException {
    String topic = String.valueOf(row.getString(2));
    Head head =
        new Head(
            row.getLong(1),
            topic,
            String.valueOf(row.getString(3)),
            row.getLong(4),
            row.getLong(5),
            row.getLong(6),
            row.getLong(7));
    if (RowChecksum.of(head) != row.getLong(8)) {
      throw new DamagedRowException("what is kept of topic " + topic);
    }
    return head;
  }

  /** Reads the epoch of topics that were never used: the columns {@code epoch, checksum}. */
  static String readEpoch(ResultSet row) throws SQLException {
    String epoch = row.next() ? String.valueOf(row.getString(1)) : "";
    if (RowChecksum.ofEpoch(epoch) != row.getLong(2)) {
      throw new DamagedRowException("the epoch of the store");
    }
    return epoch;
  }

  /** Looks at the oldest events, at most {@code limit}, for those that are past a rule. */
  Excess excess(Head head, long minFirst, long minTime, long maxBytes, int limit)
      throws SQLException {
    oldest.setLong(1, head.id());
    oldest.setInt(2, limit);
    try (ResultSet row = oldest.executeQuery()) {
      return readExcess(row, head, minFirst, minTime, maxBytes, limit);
    }
  }

  /** Reads the oldest events, at most {@code limit}: their offsets, times and bytes. */
  static Excess readExcess(
      ResultSet row, Head head, long minFirst, long minTime, long maxBytes, int limit)
      throws SQLException {
    long first = head.first();
    long bytes = 0;
    int seen = 0;
    while (row.next()) {
      long offset = row.getLong(1);
      boolean stays =
          offset >= minFirst && row.getLong(2) >= minTime && head.bytes() - bytes <= maxBytes;
      if (stays) {
        return new Excess(first, bytes, false);
      }
      first = offset + 1;
      bytes += row.getLong(3);
      seen++;
    }
    return new Excess(first, bytes, seen == limit);
  }

  /** Removes the events before {@code first}; returns the bytes they had. */
  long removeEvents(long topicId, long first) throws SQLException {
    sumBefore.setLong(1, topicId);
    sumBefore.setLong(2, first);
    long bytes;
    try (ResultSet row = sumBefore.executeQuery()) {
      row.next();
      bytes = row.getLong(1);
    }
    deleteBefore.setLong(1, topicId);
    deleteBefore.setLong(2, first);
    deleteBefore.executeUpdate();
    return bytes;
  }

  void removeTopic(long topicId) throws SQLException {
    deleteIdsOf.setLong(1, topicId);
    deleteIdsOf.executeUpdate();
    deleteTopic.setLong(1, topicId);
    deleteTopic.executeUpdate();
  }

  /** Removes ids up to a time, at most so many; returns how many there were. */
  int removeIds(long untilMillis, int limit) throws SQLException {
    deleteIdsBefore.setLong(1, untilMillis);
    deleteIdsBefore.setInt(2, limit);
    return deleteIdsBefore.executeUpdate();
  }

  /** Writes the head's topic, which is another one than before. */
  void rename(Head head) throws SQLException {
    rename.setString(1, head.topic());
    rename.setLong(2, RowChecksum.of(head));
    rename.setLong(3, head.id());
    rename.executeUpdate();
  }

  void setEpoch(String epoch) throws SQLException {
    setEpoch.setString(1, epoch);
    setEpoch.setLong(2, RowChecksum.ofEpoch(epoch));
    setEpoch.executeUpdate();
  }

  /** Writes so many bytes. */
  void probe(int bytes) throws SQLException {
    probe.setBytes(1, new byte[bytes]);
    probe.executeUpdate();
  }

  /** After a failure: nothing of the transaction may come with the next one. */
  void forgetBatches() throws SQLException {
    ids = 0;
    forgottenIds = 0;
    for (PreparedStatement statement : List.of(insertEvent, insertId, updateHead, deleteId)) {
      statement.clearBatch();
    }
  }

  void close() throws SQLException {
    for (PreparedStatement statement :
        List.of(
            insertTopic,
            updateHead,
            insertEvent,
            insertId,
            headOf,
            headsAfter,
            oldest,
            sumBefore,
            deleteBefore,
            deleteTopic,
            deleteIdsOf,
            deleteId,
            deleteIdsBefore,
            rename,
            setEpoch,
            probe)) {
      statement.close();
    }
  }
}
