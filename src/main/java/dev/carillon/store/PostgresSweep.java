package dev.carillon.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is past its rule, purged or forgotten, in small steps. One of the processes that
 * share a database does it: the one that has a lock there for as long as its connection lives.
 * Confined to the writer thread.
 */
final class PostgresSweep {
  private static final int SWEPT_TOPICS = 200;

  /** A history that others are busy with waits for the next sweep. */
  private static final String HASTE = "SELECT set_config('lock_timeout', '100', true)";

  private final PostgresDialect dialect;
  private final StoreSettings settings;
  private final Clock clock;
  private final StoreTotals totals;
  private @Nullable Statements statements;
  private boolean leads;
  private long leadDueNanos = System.nanoTime();
  private long sweptId;
  private long sweepBegunNanos;
  private long sweepDueNanos = System.nanoTime();
  private long excessIds;

  PostgresSweep(PostgresDialect dialect, StoreSettings settings, Clock clock, StoreTotals totals) {
    this.dialect = dialect;
    this.settings = settings;
    this.clock = clock;
    this.totals = totals;
  }

  /**
   * A history as it was looked at.
   *
   * @param oldestMillis the time of its oldest event
   */
  private record Seen(Head head, OptionalLong oldestMillis) {}

  /**
   * One small step.
   *
   * @return whether there is more to do
   */
  boolean step(PostgresSession session) throws SQLException {
    long begun = System.nanoTime();
    Statements sql = statementsOf(session);
    if (begun - leadDueNanos >= 0) {
      // Also while it leads: so that who hears nothing of it for long may end it.
      leads = sql.lead(leads);
      leadDueNanos = begun + SqlWriter.MIN_SWEEP_NANOS;
      session.connection().commit();
    }
    if (!leads) {
      sweptId = 0;
      return false;
    }
    if (sweptId == 0) {
      if (begun - sweepDueNanos < 0) {
        return false;
      }
      sweepBegunNanos = begun;
      excessIds = Math.max(0, totals.ids() - settings.dedupeEvents());
    }
    boolean moreIds = forgetIds(sql);
    return sweep(sql) || moreIds;
  }

  private boolean forgetIds(Statements sql) throws SQLException {
    long until = clock.millis() - settings.dedupeWindow().toMillis();
    int stale = sql.removeIds(until, SqlWriter.MAX_REMOVED);
    int spare = (int) Math.min(SqlWriter.MAX_REMOVED - stale, excessIds);
    int surplus = spare > 0 ? sql.removeIds(Long.MAX_VALUE, spare) : 0;
    excessIds = surplus < spare ? 0 : excessIds - surplus;
    sql.connection.commit();
    return stale + surplus == SqlWriter.MAX_REMOVED;
  }

  private boolean sweep(Statements sql) throws SQLException {
    List<Seen> page = sql.after(sweptId, SWEPT_TOPICS);
    sql.connection.commit();
    for (Seen seen : page) {
      if (isDue(seen) && !upkeepUnlessBusy(sql, seen.head().id())) {
        // There is more to do: the next step goes on with it.
        return true;
      }
      sweptId = seen.head().id();
    }
    if (page.size() < SWEPT_TOPICS) {
      sweptId = 0;
      long ended = System.nanoTime();
      sweepDueNanos =
          ended
              + Math.max(
                  SqlWriter.MIN_SWEEP_NANOS, (ended - sweepBegunNanos) * SqlWriter.SWEEP_PART);
      return false;
    }
    return true;
  }

  private boolean isDue(Seen seen) {
    Head head = seen.head();
    if (!SqlBackend.isHistory(head)) {
      return true;
    }
    if (head.events() == 0) {
      return isForgotten(head);
    }
    HistoryRule rule = settings.rules().apply(head.topic());
    return head.events() > rule.maxEvents()
        || head.bytes() > rule.maxBytes()
        || seen.oldestMillis().orElse(Long.MAX_VALUE) < clock.millis() - rule.maxAge().toMillis();
  }

  private boolean isForgotten(Head head) {
    return clock.millis() - head.usedMillis() > settings.forgetTopicsAfter().toMillis();
  }

  private boolean upkeepUnlessBusy(Statements sql, long id) throws SQLException {
    try {
      return upkeep(sql, id);
    } catch (SQLException e) {
      sql.connection.rollback();
      if (dialect.isCollision(e)) {
        return true;
      }
      throw e;
    }
  }

  /** One step for one history; returns whether that was all there is to do. */
  private boolean upkeep(Statements sql, long id) throws SQLException {
    // Only now it is sure how the history is.
    Optional<Head> locked = sql.lock(id);
    boolean done = locked.isEmpty() || upkeep(sql, locked.get());
    sql.connection.commit();
    return done;
  }

  private boolean upkeep(Statements sql, Head head) throws SQLException {
    if (!SqlBackend.isHistory(head)) {
      long until = Math.min(head.last() + 1, head.first() + SqlWriter.MAX_REMOVED);
      long gone = sql.session.statements().removeEvents(head.id(), head.first(), until);
      if (until > head.last()) {
        sql.removeTopic(head.id());
        return true;
      }
      sql.update(head.trim(until, gone));
      return false;
    }
    if (head.events() == 0) {
      if (isForgotten(head)) {
        sql.removeTopic(head.id());
        // Or an offset could stand for two events in one epoch.
        sql.setEpoch(Epochs.fresh());
      }
      return true;
    }
    HistoryRule rule = settings.rules().apply(head.topic());
    long oldest = clock.millis() - rule.maxAge().toMillis();
    SqlStatements.Excess excess =
        sql.session
            .statements()
            .excess(
                head,
                head.last() - rule.maxEvents() + 1,
                oldest,
                rule.maxBytes(),
                SqlWriter.MAX_REMOVED);
    if (excess.first() == head.first()) {
      return true;
    }
    sql.session.statements().removeEvents(head.id(), head.first(), excess.first());
    sql.update(head.trim(excess.first(), excess.bytes()));
    return !excess.more();
  }

  private Statements statementsOf(PostgresSession session) throws SQLException {
    Statements known = statements;
    if (known == null || !known.session.equals(session)) {
      // With the connection the lock went as well.
      leads = false;
      leadDueNanos = System.nanoTime();
      known = new Statements(session);
      statements = known;
    }
    return known;
  }

  /** The statements of one connection. */
  private static final class Statements {
    final PostgresSession session;
    final Connection connection;
    private final PreparedStatement lead;
    private final PreparedStatement alive;
    private final PreparedStatement after;
    private final PreparedStatement haste;
    private final PreparedStatement lock;
    private final PreparedStatement update;
    private final PreparedStatement removeIds;
    private final PreparedStatement removeIdsOf;
    private final PreparedStatement removeTopic;
    private final PreparedStatement setEpoch;

    Statements(PostgresSession session) throws SQLException {
      this.session = session;
      this.connection = session.connection();
      String head = "t.id, t.name, t.epoch, t.first, t.last, t.bytes, t.used, t.checksum";
      lead =
          connection.prepareStatement(
              "SELECT pg_try_advisory_lock(hashtext('carillon'), hashtext(current_schema()))");
      alive = connection.prepareStatement("SELECT true");
      after =
          connection.prepareStatement(
              "SELECT "
                  + head
                  + ", e.time FROM topics t"
                  + " LEFT JOIN events e ON e.topic = t.id AND e.\"offset\" = t.first"
                  + " WHERE t.id > ? ORDER BY t.id LIMIT ?");
      haste = connection.prepareStatement(HASTE);
      lock =
          connection.prepareStatement("SELECT " + head + " FROM topics t WHERE id = ? FOR UPDATE");
      update =
          connection.prepareStatement(
              "UPDATE topics SET first = ?, bytes = ?, checksum = ? WHERE id = ?");
      removeIds =
          connection.prepareStatement(
              "DELETE FROM event_ids WHERE (topic, id) IN (SELECT topic, id FROM event_ids"
                  // Never waits for one that is being written, whose writer may wait for these.
                  + " WHERE time <= ? ORDER BY time LIMIT ? FOR UPDATE SKIP LOCKED)");
      removeIdsOf = connection.prepareStatement("DELETE FROM event_ids WHERE topic = ?");
      removeTopic = connection.prepareStatement("DELETE FROM topics WHERE id = ?");
      setEpoch = connection.prepareStatement("UPDATE store SET epoch = ?, checksum = ?");
    }

    boolean lead(boolean already) throws SQLException {
      try (ResultSet row = (already ? alive : lead).executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }

    List<Seen> after(long id, int limit) throws SQLException {
      after.setLong(1, id);
      after.setInt(2, limit);
      List<Seen> seen = new ArrayList<>(limit);
      try (ResultSet row = after.executeQuery()) {
        while (row.next()) {
          long time = row.getLong(9);
          OptionalLong oldest = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(time);
          seen.add(new Seen(SqlStatements.readHead(row), oldest));
        }
      }
      return seen;
    }

    Optional<Head> lock(long id) throws SQLException {
      haste.execute();
      lock.setLong(1, id);
      try (ResultSet row = lock.executeQuery()) {
        return row.next() ? Optional.of(SqlStatements.readHead(row)) : Optional.empty();
      }
    }

    void update(Head head) throws SQLException {
      update.setLong(1, head.first());
      update.setLong(2, head.bytes());
      update.setLong(3, RowChecksum.of(head));
      update.setLong(4, head.id());
      update.executeUpdate();
    }

    int removeIds(long untilMillis, int limit) throws SQLException {
      removeIds.setLong(1, untilMillis);
      removeIds.setInt(2, limit);
      return removeIds.executeUpdate();
    }

    void removeTopic(long id) throws SQLException {
      removeIdsOf.setLong(1, id);
      removeIdsOf.executeUpdate();
      removeTopic.setLong(1, id);
      removeTopic.executeUpdate();
    }

    void setEpoch(String epoch) throws SQLException {
      setEpoch.setString(1, epoch);
      setEpoch.setLong(2, RowChecksum.ofEpoch(epoch));
      setEpoch.executeUpdate();
    }
  }
}
