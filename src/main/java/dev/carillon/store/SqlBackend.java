package dev.carillon.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes a SQLite file that nobody else writes to, so what it knows of heads, ids and totals it
 * keeps in memory. One connection, used by the writer thread only, but for {@link #cached}.
 */
final class SqlBackend implements SqlWriter {
  /** Histories whose heads are kept in memory. They only save a look into the database. */
  private static final int MAX_HEADS = 100_000;

  /** What a transaction writes besides its events, about: pages are written whole. */
  private static final int TRANSACTION_BYTES = 3 * 4096;

  /** So much of a step's time, and it ends with the history it is at. */
  private static final long STEP_NANOS = 2_000_000;

  private static final int PROBE_BYTES = 1 << 20;
  private static final int SWEPT_TOPICS = 32;
  private static final String HEAD = "id, name, epoch, first, last, bytes, used, checksum";

  private final SqliteDialect dialect;
  private final StoreSettings settings;
  private final Clock clock;
  private final ChosenIds ids;
  private final Cache<String, Head> heads = Caffeine.newBuilder().maximumSize(MAX_HEADS).build();

  // The writer thread's own.
  private @Nullable Connection connection;
  private @Nullable SqlStatements statements;
  private long bytesUsed;
  private int topicsUsed;
  private long lastTopicId;
  private long unsettledBytes;
  private boolean staleIds = true;
  private long sweptId;
  private long sweepBegunNanos;
  private long sweepDueNanos = System.nanoTime();

  /** Of topics that were never used. */
  private String epoch = "";

  SqlBackend(SqliteDialect dialect, StoreSettings settings, Clock clock) {
    this.dialect = dialect;
    this.settings = settings;
    this.clock = clock;
    this.ids = new ChosenIds(settings.dedupeWindow().toMillis(), settings.dedupeEvents());
  }

  // ---- for any thread

  @Override
  public Optional<Head> cached(String topic) {
    return Optional.ofNullable(heads.getIfPresent(topic));
  }

  // ---- opening

  @Override
  public void open() throws SQLException {
    Connection opened = dialect.writer();
    connection = opened;
    statements = new SqlStatements(opened);
    try (Statement statement = opened.createStatement()) {
      // None in a store that was just made; whether it is the one that was written is looked at
      // next.
      statement.executeUpdate(
          "INSERT OR IGNORE INTO store (id, epoch, checksum) VALUES (1, '', 0)");
      try (ResultSet row = statement.executeQuery(SqlReader.SELECT_EPOCH)) {
        if (row.next() && row.getString(1).isEmpty()) {
          statements().setEpoch(Epochs.fresh());
        }
      }
      opened.commit();
      try (ResultSet row = statement.executeQuery(SqlReader.SELECT_EPOCH)) {
        epoch = SqlStatements.readEpoch(row);
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(MAX(id), 0) FROM topics")) {
        row.next();
        topicsUsed = row.getInt(1);
        bytesUsed = row.getLong(2);
        lastTopicId = row.getLong(3);
      }
    }
    loadIds(opened);
    opened.rollback();
  }

  private void loadIds(Connection opened) throws SQLException {
    try (PreparedStatement query =
        opened.prepareStatement(
            "SELECT t.name, t.epoch, i.id, i.\"offset\", i.fingerprint, i.time, i.topic,"
                + " i.checksum"
                + " FROM event_ids i JOIN topics t ON t.id = i.topic"
                + " WHERE i.time > ? ORDER BY i.time DESC LIMIT ?")) {
      query.setLong(1, clock.millis() - settings.dedupeWindow().toMillis());
      query.setInt(2, settings.dedupeEvents());
      List<Map.Entry<ChosenIds.Key, ChosenIds.Known>> newestFirst = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          String id = String.valueOf(row.getString(3));
          long sum =
              RowChecksum.ofId(row.getLong(7), id, row.getLong(4), row.getLong(5), row.getLong(6));
          if (sum != row.getLong(8)) {
            throw new DamagedRowException("an id of topic " + row.getString(1));
          }
          newestFirst.add(
              Map.entry(
                  new ChosenIds.Key(row.getString(1), row.getString(2), id),
                  new ChosenIds.Known(row.getLong(4), row.getLong(5), row.getLong(6))));
        }
      }
      for (int i = newestFirst.size() - 1; i >= 0; i--) {
        ids.load(newestFirst.get(i).getKey(), newestFirst.get(i).getValue());
      }
    }
  }

  // ---- appending

  @Override
  public List<AppendOutcome> commit(List<Append> appends) throws SQLException {
    long now = clock.millis();
    AppendPlan plan =
        new AppendPlan(settings, ids, this::findQuietly, epoch, bytesUsed, topicsUsed, now);
    try {
      appends.forEach(plan::add);
      if (!plan.rows().isEmpty()) {
        store(plan);
      }
    } catch (SQLException | RuntimeException e) {
      ids.drop();
      rollback();
      if (e instanceof UncheckedSqlException unchecked) {
        throw unchecked.sql();
      }
      throw e;
    }
    ids.keep();
    return plan.outcomes();
  }

  private void store(AppendPlan plan) throws SQLException {
    SqlStatements sql = statements();
    List<Head> changed = new ArrayList<>(plan.heads().size());
    Map<String, Head> planned = plan.heads();
    int newTopics = 0;
    long bytes = 0;
    for (Head head : List.copyOf(planned.values())) {
      if (head.id() == 0) {
        Head numbered = head.withId(lastTopicId + ++newTopics);
        sql.insertTopic(numbered);
        planned.put(head.topic(), numbered);
      }
    }
    for (AppendPlan.Row row : plan.rows()) {
      Head head = planned.get(row.event().topic().name());
      if (head == null) {
        throw new IllegalStateException("an event of no planned history");
      }
      sql.addEvent(head.id(), row);
      bytes += row.bytes();
    }
    sql.flushEvents();
    long written = bytes;
    // More than was added, or what is past the rules would grow under load.
    int removable = MAX_REMOVED + 2 * plan.rows().size();
    for (Head head : planned.values()) {
      Head trimmed = trim(head, removable);
      bytes -= head.bytes() - trimmed.bytes();
      sql.addHead(trimmed);
      changed.add(trimmed);
    }
    sql.flushHeads();
    connection().commit();
    unsettledBytes += written + TRANSACTION_BYTES;
    lastTopicId += newTopics;
    topicsUsed += newTopics;
    bytesUsed += bytes;
    changed.forEach(head -> heads.put(head.topic(), head));
  }

  /** Removes what is well past the count or the bytes of a rule, at most so many events. */
  private Head trim(Head head, int removable) throws SQLException {
    HistoryRule rule = settings.rules().apply(head.topic());
    long minFirst = head.last() - rule.maxEvents() + 1;
    if (minFirst - head.first() >= SLACK_EVENTS) {
      long until = Math.min(minFirst, head.first() + removable);
      return head.trim(until, statements().removeEvents(head.id(), until));
    }
    if (head.bytes() - rule.maxBytes() > rule.maxBytes() / SLACK_PART) {
      SqlStatements.Excess excess =
          statements().excess(head, minFirst, Long.MIN_VALUE, rule.maxBytes(), removable);
      statements().removeEvents(head.id(), excess.first());
      return head.trim(excess.first(), excess.bytes());
    }
    return head;
  }

  private Optional<Head> find(String topic) throws SQLException {
    Head cached = heads.getIfPresent(topic);
    if (cached != null) {
      return Optional.of(cached);
    }
    Optional<Head> found = statements().head(topic);
    found.ifPresent(head -> heads.put(topic, head));
    return found;
  }

  private Optional<Head> findQuietly(String topic) {
    try {
      return find(topic);
    } catch (SQLException e) {
      throw new UncheckedSqlException(e);
    }
  }

  @Override
  public HistoryBounds purge(String topic) throws SQLException {
    try {
      Optional<Head> found = find(topic);
      if (found.isEmpty()) {
        // Nothing of its epoch was ever given out: there is nothing to remove, and no row to keep.
        return Head.unused(topic, epoch).bounds(settings.rules().apply(topic));
      }
      Head old = found.get();
      long id = lastTopicId + 1;
      Head fresh = new Head(id, topic, Epochs.fresh(), 1, 0, 0, clock.millis());
      statements().rename(old.renamed(PURGED + old.id()));
      statements().insertTopic(fresh);
      connection().commit();
      lastTopicId = id;
      topicsUsed++;
      heads.put(topic, fresh);
      ids.forget(topic, old.epoch());
      return fresh.bounds(settings.rules().apply(topic));
    } catch (SQLException e) {
      rollback();
      throw e;
    }
  }

  // ---- upkeep

  @Override
  public boolean isUpkeepUrgent() {
    return unsettledBytes >= dialect.settleBytes();
  }

  @Override
  public boolean upkeep() throws SQLException {
    try {
      if (unsettledBytes >= dialect.settleBytes()) {
        dialect.settle(connection());
        unsettledBytes = 0;
      }
      boolean moreIds = forgetIds();
      boolean more = sweep() || moreIds;
      // Ends the look at the database where nothing was changed.
      connection().commit();
      return more;
    } catch (SQLException e) {
      rollback();
      throw e;
    }
  }

  /** Ids that this process remembered, and at first those that an earlier one left. */
  private boolean forgetIds() throws SQLException {
    List<ChosenIds.Key> forgotten = ids.forget(clock.millis(), MAX_REMOVED);
    for (ChosenIds.Key key : forgotten) {
      Optional<Head> head = find(key.topic());
      if (head.isPresent() && head.get().epoch().equals(key.epoch())) {
        statements().addForgottenId(head.get().id(), key.eventId());
      }
    }
    statements().flushForgottenIds();
    long oldest = clock.millis() - settings.dedupeWindow().toMillis();
    boolean moreStale = staleIds && statements().removeIds(oldest, MAX_REMOVED) == MAX_REMOVED;
    staleIds = moreStale;
    return moreStale || forgotten.size() == MAX_REMOVED;
  }

  private boolean sweep() throws SQLException {
    long now = clock.millis();
    if (sweptId == 0) {
      if (System.nanoTime() - sweepDueNanos < 0) {
        return false;
      }
      sweepBegunNanos = System.nanoTime();
    }
    long stepBegun = System.nanoTime();
    List<Head> page = statements().headsAfter(sweptId, SWEPT_TOPICS);
    for (Head head : page) {
      if (System.nanoTime() - stepBegun > STEP_NANOS || !upkeep(head, now)) {
        // There is more to do: the next step goes on with it.
        return true;
      }
      sweptId = head.id();
    }
    if (page.size() < SWEPT_TOPICS) {
      sweptId = 0;
      long ended = System.nanoTime();
      sweepDueNanos = ended + Math.max(MIN_SWEEP_NANOS, (ended - sweepBegunNanos) * SWEEP_PART);
      return false;
    }
    return true;
  }

  /** One step for one history; returns whether that was all there is to do. */
  private boolean upkeep(Head head, long now) throws SQLException {
    if (head.topic().startsWith(PURGED)) {
      return removePurged(head);
    }
    if (head.events() == 0) {
      if (now - head.usedMillis() > settings.forgetTopicsAfter().toMillis()) {
        forget(head);
      }
      return true;
    }
    HistoryRule rule = settings.rules().apply(head.topic());
    long oldest = now - rule.maxAge().toMillis();
    SqlStatements.Excess excess =
        statements()
            .excess(head, head.last() - rule.maxEvents() + 1, oldest, rule.maxBytes(), MAX_REMOVED);
    if (excess.first() == head.first()) {
      return true;
    }
    statements().removeEvents(head.id(), excess.first());
    change(head.trim(excess.first(), excess.bytes()), excess.bytes());
    return !excess.more();
  }

  private boolean removePurged(Head head) throws SQLException {
    long until = Math.min(head.last() + 1, head.first() + MAX_REMOVED);
    long gone = statements().removeEvents(head.id(), until);
    if (until > head.last()) {
      statements().removeTopic(head.id());
      connection().commit();
      topicsUsed--;
      bytesUsed -= head.bytes();
      return true;
    }
    change(head.trim(until, gone), gone);
    return false;
  }

  private void forget(Head head) throws SQLException {
    String next = Epochs.fresh();
    statements().removeTopic(head.id());
    statements().setEpoch(next);
    connection().commit();
    topicsUsed--;
    bytesUsed -= head.bytes();
    heads.invalidate(head.topic());
    // Or an offset could stand for two events in one epoch.
    epoch = next;
  }

  private void change(Head head, long bytesGone) throws SQLException {
    statements().addHead(head);
    statements().flushHeads();
    connection().commit();
    bytesUsed -= bytesGone;
    if (!head.topic().startsWith(PURGED)) {
      heads.put(head.topic(), head);
    }
  }

  // ---- failing and ending

  @Override
  public void probe() throws SQLException {
    // Anew: after a full disk a connection may not know that its transaction is gone.
    Connection old = connection();
    Connection fresh = dialect.writer();
    try {
      // Both or none: statements must never outlive their connection.
      statements = new SqlStatements(fresh);
      connection = fresh;
    } catch (SQLException e) {
      fresh.close();
      throw e;
    }
    old.close();
    try {
      // The log gives its room back first: it may hold most of a small disk.
      dialect.settleWhole(connection());
      // Room for more than one small row, or the next events would be refused again.
      statements().probe(PROBE_BYTES);
      connection().commit();
      statements().probe(0);
      connection().commit();
      dialect.settle(connection());
    } catch (SQLException e) {
      rollback();
      throw e;
    }
  }

  @Override
  public StoreHealth diagnose(Exception failure) {
    return dialect.diagnose(failure);
  }

  @Override
  public void abandon() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      // Why it can't be opened is said already.
      assert e != null;
    } finally {
      dialect.release();
    }
  }

  @Override
  public void close() throws SQLException {
    Connection open = connection();
    try {
      statements().close();
      dialect.beforeClose(open);
    } finally {
      open.close();
      dialect.release();
    }
  }

  private void rollback() {
    try {
      connection().rollback();
      statements().forgetBatches();
    } catch (SQLException e) {
      // The transaction is gone either way; what failed is already known.
      assert e != null;
    }
  }

  private Connection connection() {
    if (connection == null) {
      throw new IllegalStateException("not opened yet");
    }
    return connection;
  }

  private SqlStatements statements() {
    if (statements == null) {
      throw new IllegalStateException("not opened yet");
    }
    return statements;
  }

  /** How heads are read. */
  static String headColumns() {
    return HEAD;
  }

  /** Whether the row is that of a history, not of one that was purged. */
  static boolean isHistory(Head head) {
    return !head.topic().startsWith(PURGED);
  }

  private static final class UncheckedSqlException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient SQLException sql;

    UncheckedSqlException(SQLException sql) {
      super(sql);
      this.sql = sql;
    }

    SQLException sql() {
      return sql;
    }
  }
}
