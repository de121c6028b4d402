package dev.carillon.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a PostgreSQL database that other processes change as well. What it knows it reads under
 * the locks of the topics that a transaction is about, so that offsets are given out, ids compared
 * and transactions committed in one order for everybody.
 *
 * <p>Used by the writer thread only, but for {@link #listen}.
 */
final class PostgresBackend implements SqlWriter {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.store");

  /** Histories that this process remembers to have seen. */
  private static final int MAX_SEEN = 100_000;

  private static final int PROBE_BYTES = 8192;

  private final PostgresDialect dialect;
  private final StoreSettings settings;
  private final Clock clock;
  private final StoreTotals totals = new StoreTotals();
  private final PostgresSweep sweep;
  private final PostgresWatch watch;
  private final CommitInquiry inquiry;
  private final ConnectionWatchdog watchdog = new ConnectionWatchdog();

  /** Heads as this process committed them last. Never believed: others may have changed them. */
  private final Cache<String, Head> seen = Caffeine.newBuilder().maximumSize(MAX_SEEN).build();

  private @Nullable PostgresSession current;

  PostgresBackend(PostgresDialect dialect, StoreSettings settings, Clock clock) {
    this.dialect = dialect;
    this.settings = settings;
    this.clock = clock;
    this.sweep = new PostgresSweep(dialect, settings, clock, totals);
    this.watch = new PostgresWatch(dialect, totals);
    this.inquiry = new CommitInquiry(dialect);
  }

  /**
   * What a transaction is about to commit.
   *
   * @param transaction its number in the database; empty where there is nothing to commit
   */
  private record Written(
      List<AppendOutcome> outcomes,
      Map<String, Head> heads,
      long bytes,
      int topics,
      Optional<String> transaction) {}

  /** Nothing of a transaction is stored, and nothing of it ever will be. */
  private static final class NotStoredException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient SQLException reason;

    NotStoredException(SQLException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  @Override
  public Optional<Head> cached(String topic) {
    // Others may have changed it.
    return Optional.empty();
  }

  @Override
  public void listen(HeadListener listener) {
    watch.listen(listener);
  }

  // ---- opening

  @Override
  public void open() throws SQLException {
    PostgresSession session = PostgresSession.open(dialect);
    current = session;
    try (Statement statement = session.connection().createStatement();
        PreparedStatement begin =
            session
                .connection()
                .prepareStatement("UPDATE store SET epoch = ?, checksum = ? WHERE epoch = ''")) {
      // None in a store that was just made; the first of several nodes makes it.
      statement.executeUpdate(
          "INSERT INTO store (id, epoch, checksum) VALUES (1, '', 0) ON CONFLICT DO NOTHING");
      String epoch = Epochs.fresh();
      begin.setString(1, epoch);
      begin.setLong(2, RowChecksum.ofEpoch(epoch));
      begin.executeUpdate();
      session.connection().commit();
      unusedEpoch(session);
      PostgresWatch.count(session.connection(), totals);
      try (ResultSet row = statement.executeQuery("SELECT current_setting('fsync')")) {
        if (row.next() && !"on".equals(row.getString(1))) {
          LOG.warn(
              "store {} has fsync={}: what it stored is lost with the power",
              dialect.name(),
              row.getString(1));
        }
      }
      session.connection().rollback();
    }
    watch.start();
  }

  private static String unusedEpoch(PostgresSession session) throws SQLException {
    try (Statement statement = session.connection().createStatement();
        ResultSet row = statement.executeQuery(SqlReader.SELECT_EPOCH)) {
      return SqlStatements.readEpoch(row);
    }
  }

  // ---- appending

  @Override
  public List<AppendOutcome> commit(List<Append> appends) throws SQLException {
    long begun = System.nanoTime();
    long deadline = dialect.deadline().toNanos();
    while (true) {
      try {
        return commitOnce(appends, begun + deadline / 2, begun + deadline);
      } catch (NotStoredException e) {
        boolean mayDo = dialect.isDisconnect(e.reason) || dialect.isCollision(e.reason);
        // A connection that broke while nobody looked is no reason to refuse; a database that hangs
        // would hang again.
        if (!mayDo || System.nanoTime() - begun > deadline / 4 || cannotConnect()) {
          throw e.reason;
        }
      }
    }
  }

  /** Looks whether there is a connection, or one can be had. */
  private boolean cannotConnect() {
    try {
      session();
      return false;
    } catch (SQLException e) {
      return true;
    }
  }

  private List<AppendOutcome> commitOnce(List<Append> appends, long storedBy, long knownBy)
      throws NotStoredException, SQLException {
    PostgresSession session;
    try {
      session = session();
    } catch (SQLException e) {
      throw new NotStoredException(e);
    }
    Written written;
    SQLException lost;
    ConnectionWatchdog.Watch limit =
        watchdog.watch(session.connection(), storedBy - System.nanoTime());
    try {
      written = write(session, appends);
      if (written.transaction().isEmpty()) {
        giveBack(session);
        return written.outcomes();
      }
      try {
        session.connection().commit();
        committed(written);
        return written.outcomes();
      } catch (SQLException e) {
        if (!isLost(session, e)) {
          // The database answered, and it was a no.
          throw e;
        }
        lost = e;
      }
    } catch (SQLException e) {
      giveBack(session);
      throw new NotStoredException(e);
    } catch (RuntimeException e) {
      giveBack(session);
      throw e;
    } finally {
      limit.close();
    }
    drop();
    Optional<CommitInquiry.Finding> finding =
        inquiry.ask(written.transaction().orElseThrow(), session.processId(), knownBy);
    if (finding.isEmpty()) {
      throw new SQLException(
          "the connection broke while events were stored; whether they are is not known",
          lost.getSQLState(),
          lost);
    }
    current = finding.get().session();
    if (!finding.get().committed()) {
      throw new NotStoredException(lost);
    }
    committed(written);
    return written.outcomes();
  }

  private boolean isLost(PostgresSession session, SQLException failure) throws SQLException {
    return dialect.isDisconnect(failure) || session.connection().isClosed();
  }

  private void committed(Written written) {
    totals.add(written.bytes(), written.topics());
    written.heads().values().forEach(head -> seen.put(head.topic(), head));
  }

  /** Everything of a transaction but its commit. */
  private Written write(PostgresSession session, List<Append> appends) throws SQLException {
    long now = clock.millis();
    Set<String> topics = new TreeSet<>();
    Set<Chosen> chosen = new LinkedHashSet<>();
    boolean withIds = !settings.dedupeWindow().isZero();
    for (Append append : appends) {
      for (NewEvent event : append.events()) {
        String topic = event.event().topic().name();
        topics.add(topic);
        if (withIds && event.idIsChosen()) {
          chosen.add(new Chosen(topic, event.event().id()));
        }
      }
    }
    PostgresStatements sql = session.statements();
    PostgresStatements.Locked locked = lock(session, topics);
    Map<String, Head> known = withoutLosses(locked.known());
    ChosenIds ids = new ChosenIds(settings.dedupeWindow().toMillis(), settings.dedupeEvents());
    load(ids, sql, chosen, known);
    AppendPlan plan =
        new AppendPlan(
            settings,
            ids,
            topic -> Optional.ofNullable(known.get(topic)),
            locked.epoch(),
            totals.bytes(),
            totals.topics(),
            now);
    appends.forEach(plan::add);
    if (plan.rows().isEmpty()) {
      return new Written(plan.outcomes(), Map.of(), 0, 0, Optional.empty());
    }
    Map<String, Long> spare = new HashMap<>(locked.fresh());
    Map<String, Head> heads = plan.heads();
    long bytes = 0;
    int newTopics = 0;
    for (AppendPlan.Row row : plan.rows()) {
      bytes += row.bytes();
    }
    // More than was added, or what is past the rules would grow under load.
    int removable = MAX_REMOVED + 2 * plan.rows().size();
    for (Head planned : List.copyOf(heads.values())) {
      Long fresh = spare.remove(planned.topic());
      Head head = planned;
      if (fresh != null) {
        head = planned.withId(fresh);
        newTopics++;
      } else {
        long stored = Optional.ofNullable(known.get(planned.topic())).map(Head::last).orElse(0L);
        head = trim(sql, planned, stored, removable);
        bytes -= planned.bytes() - head.bytes();
      }
      heads.put(head.topic(), head);
    }
    if (!spare.isEmpty()) {
      sql.deleteTopics(spare.values());
    }
    String transaction =
        sql.write(plan.rows(), heads, withIds ? now : 0, HeadNotices.write(heads.values()));
    return new Written(plan.outcomes(), heads, bytes, newTopics, Optional.of(transaction));
  }

  /** An id that a publisher chose, whatever life its topic is in. */
  private record Chosen(String topic, String id) {}

  private static void load(
      ChosenIds ids, PostgresStatements sql, Set<Chosen> chosen, Map<String, Head> known)
      throws SQLException {
    List<ChosenIds.Key> keys = new ArrayList<>();
    for (Chosen one : chosen) {
      Head head = known.get(one.topic());
      if (head != null) {
        keys.add(new ChosenIds.Key(one.topic(), head.epoch(), one.id()));
      }
    }
    if (!keys.isEmpty()) {
      sql.ids(keys, known).forEach(ids::load);
    }
  }

  private PostgresStatements.Locked lock(PostgresSession session, Set<String> topics)
      throws SQLException {
    PostgresStatements sql = session.statements();
    if (seen.getAllPresent(topics).size() == topics.size()) {
      PostgresStatements.Locked locked = sql.lock(topics);
      if (locked.size() == topics.size()) {
        return locked;
      }
      // Some were purged or forgotten elsewhere. Begun anew, or they would not be locked in order.
      seen.invalidateAll(topics);
      session.connection().rollback();
    }
    sql.insertTopics(topics);
    return sql.lock(topics);
  }

  /**
   * The heads as they go on. One that ends before what this process committed itself has lost it,
   * as with a standby that took over too early: its offsets must not come twice in one epoch.
   */
  private Map<String, Head> withoutLosses(Map<String, Head> locked) {
    Map<String, Head> heads = new HashMap<>(locked);
    for (Head head : locked.values()) {
      Head own = seen.getIfPresent(head.topic());
      if (own != null && own.epoch().equals(head.epoch()) && own.last() > head.last()) {
        LOG.error(
            "store {} lost events of topic {}: it had {} and has {}; its history has a new epoch",
            dialect.name(),
            head.topic(),
            own.last(),
            head.last());
        heads.put(head.topic(), head.withEpoch(Epochs.fresh()));
      }
    }
    return heads;
  }

  /**
   * Removes what is well past the count or the bytes of a rule, at most so many events, and only of
   * those that were stored before.
   */
  private Head trim(PostgresStatements sql, Head head, long stored, int removable)
      throws SQLException {
    HistoryRule rule = settings.rules().apply(head.topic());
    long minFirst = head.last() - rule.maxEvents() + 1;
    if (minFirst - head.first() >= SLACK_EVENTS) {
      long until = Math.min(stored + 1, Math.min(minFirst, head.first() + removable));
      return head.trim(until, sql.removeEvents(head.id(), head.first(), until));
    }
    if (head.bytes() - rule.maxBytes() > rule.maxBytes() / SLACK_PART) {
      SqlStatements.Excess excess =
          sql.excess(head, minFirst, Long.MIN_VALUE, rule.maxBytes(), removable);
      sql.removeEvents(head.id(), head.first(), excess.first());
      return head.trim(excess.first(), excess.bytes());
    }
    return head;
  }

  @Override
  public HistoryBounds purge(String topic) throws SQLException {
    try {
      return purgeOnce(topic);
    } catch (SQLException e) {
      if (!dialect.isDisconnect(e) || cannotConnect()) {
        throw e;
      }
      // Even if it was purged: it begins anew once more.
      return purgeOnce(topic);
    }
  }

  private HistoryBounds purgeOnce(String topic) throws SQLException {
    PostgresSession session = session();
    ConnectionWatchdog.Watch limit =
        watchdog.watch(session.connection(), dialect.deadline().toNanos() / 2);
    try {
      PostgresStatements sql = session.statements();
      Optional<Head> found = Optional.ofNullable(sql.lock(Set.of(topic)).known().get(topic));
      if (found.isEmpty()) {
        // Nothing of its epoch was ever given out: there is nothing to remove, and no row to keep.
        String epoch = unusedEpoch(session);
        giveBack(session);
        return Head.unused(topic, epoch).bounds(settings.rules().apply(topic));
      }
      Head old = found.get();
      sql.rename(old.renamed(PURGED + old.id()));
      Head begun = new Head(0, topic, Epochs.fresh(), 1, 0, 0, clock.millis());
      Head fresh = sql.insertTopic(begun);
      // With the number comes the checksum, and with the commit the notice.
      sql.write(List.of(), Map.of(topic, fresh), 0, HeadNotices.write(List.of(fresh)));
      session.connection().commit();
      totals.add(0, 1);
      seen.put(topic, fresh);
      return fresh.bounds(settings.rules().apply(topic));
    } catch (SQLException e) {
      giveBack(session);
      throw e;
    } finally {
      limit.close();
    }
  }

  // ---- upkeep

  @Override
  public boolean upkeep() throws SQLException {
    PostgresSession session = session();
    ConnectionWatchdog.Watch limit =
        watchdog.watch(session.connection(), dialect.deadline().toNanos() / 2);
    try {
      return sweep.step(session);
    } catch (SQLException e) {
      giveBack(session);
      // Who published nothing meanwhile need not hear of a connection that broke.
      if (dialect.isCollision(e) || (dialect.isDisconnect(e) && !cannotConnect())) {
        return false;
      }
      throw e;
    } finally {
      limit.close();
    }
  }

  // ---- failing and ending

  @Override
  public void probe() throws SQLException {
    // Anew: the old connection may hang, or lead to a server that is none any more.
    drop();
    PostgresSession session = session();
    ConnectionWatchdog.Watch limit =
        watchdog.watch(session.connection(), dialect.deadline().toNanos() / 4);
    try (PreparedStatement probe =
        session.connection().prepareStatement("UPDATE store SET room = ?")) {
      probe.setBytes(1, new byte[PROBE_BYTES]);
      probe.executeUpdate();
      session.connection().commit();
    } catch (SQLException e) {
      giveBack(session);
      throw e;
    } finally {
      limit.close();
    }
  }

  @Override
  public StoreHealth diagnose(Exception failure) {
    return dialect.diagnose(failure);
  }

  @Override
  public void abandon() {
    close();
  }

  @Override
  public void close() {
    watch.close();
    watchdog.close();
    PostgresSession open = current;
    current = null;
    if (open != null) {
      open.abort();
    }
  }

  private PostgresSession session() throws SQLException {
    PostgresSession open = current;
    if (open == null || open.connection().isClosed()) {
      open = PostgresSession.open(dialect);
      current = open;
    }
    return open;
  }

  /** Undoes what is not committed; a connection that can't is let go of. */
  private void giveBack(PostgresSession session) {
    if (!session.rollback()) {
      drop();
    }
  }

  private void drop() {
    PostgresSession open = current;
    current = null;
    if (open != null) {
      open.abort();
    }
  }
}
