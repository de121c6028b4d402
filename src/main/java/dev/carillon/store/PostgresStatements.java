package dev.carillon.store;

import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * The statements by which a transaction stores events: each asks or changes for all topics and
 * events of it at once, because every one is a way over the network. Confined to the writer thread.
 */
final class PostgresStatements {
  /** Where commits are told of. */
  static final String CHANNEL = "carillon_heads";

  private final Connection connection;
  private final PreparedStatement insertTopics;
  private final PreparedStatement lockTopics;
  private final PreparedStatement findIds;
  private final PreparedStatement write;
  private final PreparedStatement deleteTopics;
  private final PreparedStatement removeEvents;
  private final PreparedStatement oldest;
  private final PreparedStatement rename;
  private final PreparedStatement insertTopic;
  private final PreparedStatement notice;

  /**
   * Topics that no other transaction changes until this one ends.
   *
   * @param known those that were used before
   * @param fresh the numbers of those that this transaction made
   * @param epoch of topics that were never used
   */
  record Locked(Map<String, Head> known, Map<String, Long> fresh, String epoch) {
    int size() {
      return known.size() + fresh.size();
    }
  }

  PostgresStatements(Connection connection) throws SQLException {
    this.connection = connection;
    // Takes the locks of those that are there as well, in the order of their names: two
    // transactions that each wait for what the other has would otherwise be possible.
    insertTopics =
        connection.prepareStatement(
            "INSERT INTO topics (name, epoch, first, last, bytes, used, checksum)"
                + " SELECT n, '', 1, 0, 0, 0, 0 FROM unnest(?::text[]) AS n"
                + " ORDER BY n COLLATE \"C\""
                + " ON CONFLICT (name) DO UPDATE SET name = excluded.name WHERE false");
    lockTopics =
        connection.prepareStatement(
            "SELECT "
                + SqlBackend.headColumns()
                + ", (SELECT epoch FROM store), (SELECT checksum FROM store)"
                + " FROM topics WHERE name = ANY (?::text[]) ORDER BY name FOR UPDATE");
    findIds =
        connection.prepareStatement(
            "SELECT i.topic, i.id, i.\"offset\", i.fingerprint, i.time, i.checksum"
                + " FROM unnest(?::bigint[], ?::bytea[]) AS c (topic, id)"
                + " JOIN event_ids i ON i.topic = c.topic AND i.id = c.id");
    write =
        connection.prepareStatement(
            "WITH e AS (INSERT INTO events"
                + " (topic, \"offset\", id, time, \"key\", kind, data, bytes, checksum)"
                + " SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bytea[], ?::bigint[],"
                + " ?::bytea[], ?::integer[], ?::bytea[], ?::bigint[], ?::bigint[])),"
                + " i AS (INSERT INTO event_ids"
                + " (topic, id, \"offset\", fingerprint, time, checksum)"
                + " SELECT * FROM unnest(?::bigint[], ?::bytea[], ?::bigint[], ?::bigint[],"
                + " ?::bigint[], ?::bigint[])"
                + " ON CONFLICT (topic, id) DO UPDATE SET \"offset\" = excluded.\"offset\","
                + " fingerprint = excluded.fingerprint, time = excluded.time,"
                + " checksum = excluded.checksum),"
                + " h AS (UPDATE topics t SET epoch = u.epoch, first = u.first, last = u.last,"
                + " bytes = u.bytes, used = u.used, checksum = u.checksum"
                + " FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[],"
                + " ?::bigint[], ?::bigint[])"
                + " AS u (id, epoch, first, last, bytes, used, checksum)"
                + " WHERE t.id = u.id RETURNING 1)"
                + " SELECT (SELECT COUNT(*) FROM h), pg_current_xact_id()::text, pg_notify('"
                + CHANNEL
                + "', ?)");
    deleteTopics = connection.prepareStatement("DELETE FROM topics WHERE id = ANY (?::bigint[])");
    removeEvents =
        connection.prepareStatement(
            "WITH gone AS (DELETE FROM events"
                + " WHERE topic = ? AND \"offset\" >= ? AND \"offset\" < ? RETURNING bytes)"
                + " SELECT COALESCE(SUM(bytes), 0)::bigint FROM gone");
    oldest =
        connection.prepareStatement(
            "SELECT \"offset\", time, bytes FROM events WHERE topic = ? AND \"offset\" >= ?"
                + " ORDER BY \"offset\" LIMIT ?");
    rename = connection.prepareStatement("UPDATE topics SET name = ?, checksum = ? WHERE id = ?");
    insertTopic =
        connection.prepareStatement(
            "INSERT INTO topics (name, epoch, first, last, bytes, used, checksum)"
                + " VALUES (?, ?, 1, 0, 0, ?, 0) RETURNING id");
    notice = connection.prepareStatement("SELECT pg_notify('" + CHANNEL + "', ?)");
  }

  /** Makes those topics that are not there, and locks all of them. */
  void insertTopics(Collection<String> names) throws SQLException {
    insertTopics.setArray(1, texts(names.toArray(new String[0])));
    insertTopics.executeUpdate();
  }

  /** Locks topics, and reads what holds once nobody else can change it. */
  Locked lock(Collection<String> names) throws SQLException {
    lockTopics.setArray(1, texts(names.toArray(new String[0])));
    Map<String, Head> known = new HashMap<>();
    Map<String, Long> fresh = new LinkedHashMap<>();
    String epoch = "";
    try (ResultSet row = lockTopics.executeQuery()) {
      while (row.next()) {
        if (row.getString(3).isEmpty()) {
          fresh.put(row.getString(2), row.getLong(1));
        } else {
          known.put(row.getString(2), SqlStatements.readHead(row));
        }
        epoch = String.valueOf(row.getString(9));
        if (RowChecksum.ofEpoch(epoch) != row.getLong(10)) {
          throw new DamagedRowException("the epoch of the store");
        }
      }
    }
    return new Locked(known, fresh, epoch);
  }

  /**
   * Those of the keys that are stored, within the lives that the heads are in.
   *
   * @param heads of every topic that the keys are of
   */
  Map<ChosenIds.Key, ChosenIds.Known> ids(List<ChosenIds.Key> keys, Map<String, Head> heads)
      throws SQLException {
    Map<Long, Head> byNumber = new HashMap<>();
    long[] topics = new long[keys.size()];
    byte[][] ids = new byte[keys.size()][];
    for (int i = 0; i < keys.size(); i++) {
      Head head = heads.get(keys.get(i).topic());
      if (head == null) {
        throw new IllegalStateException("an id of no locked history");
      }
      byNumber.put(head.id(), head);
      topics[i] = head.id();
      ids[i] = utf8(keys.get(i).eventId());
    }
    findIds.setArray(1, longs(topics));
    findIds.setArray(2, bytes(ids));
    Map<ChosenIds.Key, ChosenIds.Known> found = new HashMap<>();
    try (ResultSet row = findIds.executeQuery()) {
      while (row.next()) {
        Head head = byNumber.get(row.getLong(1));
        String id = new String(row.getBytes(2), StandardCharsets.UTF_8);
        long sum =
            RowChecksum.ofId(row.getLong(1), id, row.getLong(3), row.getLong(4), row.getLong(5));
        if (head == null || sum != row.getLong(6)) {
          throw new DamagedRowException("an id of a topic");
        }
        found.put(
            new ChosenIds.Key(head.topic(), head.epoch(), id),
            new ChosenIds.Known(row.getLong(3), row.getLong(4), row.getLong(5)));
      }
    }
    return found;
  }

  /**
   * Writes all that a transaction stores.
   *
   * @param heads of the histories that change, as they will be
   * @param idsMillis when chosen ids count as stored; 0 stores none
   * @param payload of the notice that comes with the commit
   * @return the transaction's number, by which its end can be asked for
   */
  String write(List<AppendPlan.Row> rows, Map<String, Head> heads, long idsMillis, String payload)
      throws SQLException {
    int next = setEvents(rows, heads);
    next = setIds(idsMillis == 0 ? List.of() : rows, heads, idsMillis, next);
    next = setHeads(List.copyOf(heads.values()), next);
    write.setString(next, payload);
    try (ResultSet row = write.executeQuery()) {
      row.next();
      if (row.getLong(1) != heads.size()) {
        throw new DamagedRowException("the table of topics");
      }
      return row.getString(2);
    }
  }

  private int setEvents(List<AppendPlan.Row> rows, Map<String, Head> heads) throws SQLException {
    int size = rows.size();
    long[] topics = new long[size];
    long[] offsets = new long[size];
    byte[][] ids = new byte[size][];
    long[] times = new long[size];
    byte[][] keys = new byte[size][];
    int[] kinds = new int[size];
    byte[][] data = new byte[size][];
    long[] bytes = new long[size];
    long[] checksums = new long[size];
    for (int i = 0; i < size; i++) {
      AppendPlan.Row row = rows.get(i);
      topics[i] = number(row, heads);
      offsets[i] = row.offset();
      ids[i] = utf8(row.event().id());
      times[i] = row.event().timeMillis();
      if (row.event().key().isPresent()) {
        keys[i] = utf8(row.event().key().get());
      }
      kinds[i] = EventRow.kind(row.event().data());
      data[i] = row.event().data().json();
      bytes[i] = row.bytes();
      checksums[i] = EventRow.checksum(row.event(), row.offset());
    }
    write.setArray(1, longs(topics));
    write.setArray(2, longs(offsets));
    write.setArray(3, bytes(ids));
    write.setArray(4, longs(times));
    write.setArray(5, bytes(keys));
    write.setArray(6, pg().createArrayOf("int4", kinds));
    write.setArray(7, bytes(data));
    write.setArray(8, longs(bytes));
    write.setArray(9, longs(checksums));
    return 10;
  }

  private int setIds(List<AppendPlan.Row> rows, Map<String, Head> heads, long nowMillis, int next)
      throws SQLException {
    // One statement can't write one row twice: the later event of an id counts.
    Map<ChosenIds.Key, AppendPlan.Row> chosen = new LinkedHashMap<>();
    for (AppendPlan.Row row : rows) {
      if (row.source().idIsChosen()) {
        // As it will be read: bytes have no halves of characters.
        String id = new String(utf8(row.event().id()), StandardCharsets.UTF_8);
        chosen.put(new ChosenIds.Key(row.event().topic().name(), "", id), row);
      }
    }
    int size = chosen.size();
    long[] topics = new long[size];
    byte[][] ids = new byte[size][];
    long[] offsets = new long[size];
    long[] fingerprints = new long[size];
    long[] times = new long[size];
    long[] checksums = new long[size];
    int i = 0;
    for (Map.Entry<ChosenIds.Key, AppendPlan.Row> entry : chosen.entrySet()) {
      AppendPlan.Row row = entry.getValue();
      String id = entry.getKey().eventId();
      topics[i] = number(row, heads);
      ids[i] = utf8(id);
      offsets[i] = row.offset();
      fingerprints[i] = row.source().fingerprint();
      times[i] = nowMillis;
      checksums[i] = RowChecksum.ofId(topics[i], id, offsets[i], fingerprints[i], times[i]);
      i++;
    }
    write.setArray(next, longs(topics));
    write.setArray(next + 1, bytes(ids));
    write.setArray(next + 2, longs(offsets));
    write.setArray(next + 3, longs(fingerprints));
    write.setArray(next + 4, longs(times));
    write.setArray(next + 5, longs(checksums));
    return next + 6;
  }

  private int setHeads(List<Head> heads, int next) throws SQLException {
    int size = heads.size();
    long[] ids = new long[size];
    String[] epochs = new String[size];
    long[] firsts = new long[size];
    long[] lasts = new long[size];
    long[] bytes = new long[size];
    long[] used = new long[size];
    long[] checksums = new long[size];
    for (int i = 0; i < size; i++) {
      Head head = heads.get(i);
      ids[i] = head.id();
      epochs[i] = head.epoch();
      firsts[i] = head.first();
      lasts[i] = head.last();
      bytes[i] = head.bytes();
      used[i] = head.usedMillis();
      checksums[i] = RowChecksum.of(head);
    }
    write.setArray(next, longs(ids));
    write.setArray(next + 1, texts(epochs));
    write.setArray(next + 2, longs(firsts));
    write.setArray(next + 3, longs(lasts));
    write.setArray(next + 4, longs(bytes));
    write.setArray(next + 5, longs(used));
    write.setArray(next + 6, longs(checksums));
    return next + 7;
  }

  /** Takes topics back that this transaction made. */
  void deleteTopics(Collection<Long> numbers) throws SQLException {
    deleteTopics.setArray(1, longs(numbers.stream().mapToLong(Long::longValue).toArray()));
    deleteTopics.executeUpdate();
  }

  /** Removes the events from {@code first} to before {@code until}; returns the bytes they had. */
  long removeEvents(long topicId, long first, long until) throws SQLException {
    removeEvents.setLong(1, topicId);
    removeEvents.setLong(2, first);
    removeEvents.setLong(3, until);
    try (ResultSet row = removeEvents.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Looks at the oldest events, at most {@code limit}, for those that are past a rule. */
  SqlStatements.Excess excess(Head head, long minFirst, long minTime, long maxBytes, int limit)
      throws SQLException {
    oldest.setLong(1, head.id());
    oldest.setLong(2, head.first());
    oldest.setInt(3, limit);
    try (ResultSet row = oldest.executeQuery()) {
      return SqlStatements.readExcess(row, head, minFirst, minTime, maxBytes, limit);
    }
  }

  /** Writes the head's topic, which is another one than before. */
  void rename(Head head) throws SQLException {
    rename.setString(1, head.topic());
    rename.setLong(2, RowChecksum.of(head));
    rename.setLong(3, head.id());
    rename.executeUpdate();
  }

  /** Makes an empty history; returns it with its number, its row still without a checksum. */
  Head insertTopic(Head head) throws SQLException {
    insertTopic.setString(1, head.topic());
    insertTopic.setString(2, head.epoch());
    insertTopic.setLong(3, head.usedMillis());
    try (ResultSet row = insertTopic.executeQuery()) {
      row.next();
      return head.withId(row.getLong(1));
    }
  }

  /** Tells of something with the commit. */
  void notice(String payload) throws SQLException {
    notice.setString(1, payload);
    notice.execute();
  }

  private static long number(AppendPlan.Row row, Map<String, Head> heads) {
    return Optional.ofNullable(heads.get(row.event().topic().name())).map(Head::id).orElseThrow();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Array longs(long[] numbers) throws SQLException {
    return pg().createArrayOf("int8", numbers);
  }

  private Array bytes(byte[][] values) throws SQLException {
    return connection.createArrayOf("bytea", values);
  }

  private Array texts(String[] values) throws SQLException {
    return connection.createArrayOf("text", values);
  }

  private PGConnection pg() throws SQLException {
    return connection.unwrap(PGConnection.class);
  }
}
