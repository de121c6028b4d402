package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.GapReason;
import dev.carillon.event.Topic;
import dev.carillon.store.DeadLetter.Lost;
import dev.carillon.store.DeadLetter.LostRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Dead letters in a SQLite file of their own, so that they never hold up the histories'.
 *
 * <p>One thread has the connection. A file that fails costs dead letters and nothing else: they are
 * counted, and the next batch tries again.
 */
public final class SqlDeadLetters implements DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.dead-letters");

  /** Removed in one statement at most. */
  private static final int STEP = 500;

  /** Questions that wait at most. */
  private static final int MAX_QUESTIONS = 10_000;

  private static final String COLUMNS =
      "id, topic, subscriber, reason, time, event_id, event_time, \"key\", kind, data, epoch,"
          + " first, last";

  private final Path file;
  private final DeadLetterSettings settings;
  private final Clock clock;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong discarded = new AtomicLong();
  private final AtomicLong kept = new AtomicLong();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MAX_QUESTIONS),
          work -> {
            Thread made = new Thread(work, "carillon-dead-letters");
            made.setDaemon(true);
            return made;
          });

  // The thread's own, once it runs.
  private final Connection connection;
  private final Map<String, Kept> byTopic = new HashMap<>();
  private long bytes;
  private boolean failing;

  /** What one topic has. */
  private static final class Kept {
    long count;
    long bytes;
  }

  private SqlDeadLetters(
      Path file, Connection connection, DeadLetterSettings settings, Clock clock) {
    this.file = file;
    this.connection = connection;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Opens the file, or makes it. Blocks. A damaged one is moved aside: a node must not fail to
   * start for want of dead letters.
   *
   * @throws StoreUnavailableException when the file can't be made
   */
  public static SqlDeadLetters open(Path file, DeadLetterSettings settings, Clock clock) {
    Path absolute = file.toAbsolutePath().normalize();
    try {
      return tryOpen(absolute, settings, clock);
    } catch (SQLException | FlywayException e) {
      Path aside = Path.of(absolute + ".damaged-" + clock.millis());
      LOG.error("dead letters can't be read and are moved aside file={} to={}", absolute, aside);
      try {
        for (String part : List.of("", "-wal", "-shm")) {
          Path from = Path.of(absolute + part);
          if (Files.exists(from)) {
            Files.move(from, Path.of(aside + part), StandardCopyOption.REPLACE_EXISTING);
          }
        }
        return tryOpen(absolute, settings, clock);
      } catch (IOException | SQLException | FlywayException again) {
        throw new StoreUnavailableException("dead letters " + absolute + " can't be opened", again);
      }
    }
  }

  private static SqlDeadLetters tryOpen(Path file, DeadLetterSettings settings, Clock clock)
      throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // A power cut may take the last ones; a kill does not.
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    Flyway.configure(SqlDeadLetters.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:dev/carillon/store/deadletters/sqlite")
        .table("schema_history")
        .loggers("slf4j")
        .load()
        .migrate();
    Connection connection = source.getConnection();
    connection.setAutoCommit(false);
    SqlDeadLetters opened = new SqlDeadLetters(file, connection, settings, clock);
    opened.count();
    opened.thread.execute(opened::shrink);
    return opened;
  }

  private void count() throws SQLException {
    byTopic.clear();
    bytes = 0;
    long count = 0;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT topic, COUNT(*), SUM(bytes) FROM dead_letters GROUP BY topic")) {
      while (row.next()) {
        Kept of = new Kept();
        of.count = row.getLong(2);
        of.bytes = row.getLong(3);
        byTopic.put(row.getString(1), of);
        bytes += of.bytes;
        count += of.count;
      }
    }
    kept.set(count);
    connection.rollback();
  }

  // ---- writing

  @Override
  public void write(List<DeadLetter> letters) {
    if (pending.addAndGet(letters.size()) > settings.maxPending()) {
      pending.addAndGet(-letters.size());
      discarded.addAndGet(letters.size());
      return;
    }
    try {
      thread.execute(() -> store(letters));
    } catch (RejectedExecutionException closed) {
      pending.addAndGet(-letters.size());
      discarded.addAndGet(letters.size());
    }
  }

  /** The bounds may be smaller than those of last time. */
  private void shrink() {
    try {
      removeExcess(List.copyOf(byTopic.keySet()));
      connection.commit();
    } catch (SQLException e) {
      recover();
      say(Optional.of(e));
    }
  }

  private void store(List<DeadLetter> letters) {
    pending.addAndGet(-letters.size());
    try {
      int stored = insert(letters);
      removeExcess(letters.stream().map(DeadLetter::topic).distinct().toList());
      connection.commit();
      written.addAndGet(stored);
      discarded.addAndGet(letters.size() - stored);
      say(Optional.empty());
    } catch (SQLException e) {
      discarded.addAndGet(letters.size());
      recover();
      say(Optional.of(e));
    }
  }

  private int insert(List<DeadLetter> letters) throws SQLException {
    int stored = 0;
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO dead_letters (topic, subscriber, reason, time, bytes, event_id,"
                + " event_time, \"key\", kind, data, epoch, first, last)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (DeadLetter letter : letters) {
        Kept of = byTopic.get(letter.topic());
        if (of == null && byTopic.size() >= settings.maxTopics()) {
          continue;
        }
        if (of == null) {
          of = new Kept();
          byTopic.put(letter.topic(), of);
        }
        of.count++;
        of.bytes += letter.bytes();
        bytes += letter.bytes();
        kept.incrementAndGet();
        bind(insert, letter);
        insert.addBatch();
        stored++;
      }
      insert.executeBatch();
    }
    return stored;
  }

  private static void bind(PreparedStatement insert, DeadLetter letter) throws SQLException {
    insert.setString(1, letter.topic());
    insert.setString(2, letter.subscriber());
    insert.setString(3, letter.reason().name());
    insert.setLong(4, letter.timeMillis());
    insert.setLong(5, letter.bytes());
    if (letter.content() instanceof Lost lost) {
      Event event = lost.event();
      insert.setString(6, event.id());
      insert.setLong(7, event.timeMillis());
      insert.setString(8, event.key().orElse(null));
      insert.setInt(9, EventRow.kind(event.data()));
      insert.setBytes(10, event.data().json());
      insert.setNull(11, Types.VARCHAR);
      insert.setNull(12, Types.BIGINT);
      insert.setNull(13, Types.BIGINT);
    } else if (letter.content() instanceof LostRange range) {
      for (int column = 6; column <= 10; column++) {
        insert.setNull(column, Types.NULL);
      }
      insert.setString(11, range.epoch());
      insert.setLong(12, range.from());
      insert.setLong(13, range.to());
    }
  }

  /**
   * Removes what is too old, or more than there is room for.
   *
   * @param topics which may have more than is theirs
   */
  private void removeExcess(List<String> topics) throws SQLException {
    long oldest = clock.millis() - settings.maxAge().toMillis();
    while (remove("time < " + oldest, "time", STEP) == STEP) {
      // Until none is left.
    }
    for (String topic : topics) {
      Kept of = byTopic.get(topic);
      while (of != null && (of.count > settings.maxEvents() || of.bytes > settings.maxBytes())) {
        long many = Math.max(1, Math.min(STEP, of.count - settings.maxEvents()));
        try (PreparedStatement query =
            connection.prepareStatement(
                "SELECT id, topic, bytes FROM dead_letters WHERE topic = ? ORDER BY id LIMIT "
                    + many)) {
          query.setString(1, topic);
          removeFound(query);
        }
        of = byTopic.get(topic);
      }
    }
    while (bytes > settings.totalBytes() && remove("1 = 1", "id", STEP / 10) > 0) {
      // Oldest first.
    }
  }

  private int remove(String condition, String order, int limit) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT id, topic, bytes FROM dead_letters WHERE "
                + condition
                + " ORDER BY "
                + order
                + " LIMIT "
                + limit)) {
      return removeFound(query);
    }
  }

  private int removeFound(PreparedStatement query) throws SQLException {
    int removed = 0;
    try (ResultSet row = query.executeQuery();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM dead_letters WHERE id = ?")) {
      while (row.next()) {
        delete.setLong(1, row.getLong(1));
        delete.addBatch();
        forget(row.getString(2), row.getLong(3));
        removed++;
      }
      delete.executeBatch();
    }
    return removed;
  }

  private void forget(String topic, long size) {
    bytes -= size;
    kept.decrementAndGet();
    Kept of = byTopic.get(topic);
    if (of != null) {
      of.bytes -= size;
      if (--of.count == 0) {
        byTopic.remove(topic);
      }
    }
  }

  private void recover() {
    try {
      connection.rollback();
      count();
    } catch (SQLException e) {
      // What is kept will be counted at the next start.
      assert e != null;
    }
  }

  private void say(Optional<SQLException> failure) {
    if (failure.isPresent() != failing) {
      failing = failure.isPresent();
      if (failing) {
        LOG.error("dead letters are lost file={} reason={}", file, failure.get().getMessage());
      } else {
        LOG.info("dead letters are kept again file={}", file);
      }
    }
  }

  // ---- reading and removing

  @Override
  public CompletionStage<List<DeadLetter>> list(Filter filter, long after, int limit) {
    return ask(
        () -> {
          removeExcess(List.of());
          try (PreparedStatement query = select(COLUMNS, filter, after, limit)) {
            List<DeadLetter> found = read(query);
            connection.commit();
            return found;
          }
        });
  }

  @Override
  public CompletionStage<List<DeadLetter>> find(List<Long> ids) {
    return ask(
        () -> {
          List<DeadLetter> found = new ArrayList<>();
          for (long id : ids) {
            try (PreparedStatement query =
                connection.prepareStatement(
                    "SELECT " + COLUMNS + " FROM dead_letters WHERE id = ?")) {
              query.setLong(1, id);
              found.addAll(read(query));
            }
          }
          connection.rollback();
          return found;
        });
  }

  @Override
  public CompletionStage<Long> remove(List<Long> ids) {
    Set<Long> wanted = new HashSet<>(ids);
    return ask(
        () -> {
          long removed = 0;
          for (long id : wanted) {
            removed += remove("id = " + id, "id", 1);
          }
          connection.commit();
          return removed;
        });
  }

  @Override
  public CompletionStage<Long> purge(Filter filter) {
    return ask(
        () -> {
          long removed = 0;
          int step;
          do {
            try (PreparedStatement query = select("id, topic, bytes", filter, 0, STEP)) {
              step = removeFound(query);
            }
            removed += step;
            connection.commit();
          } while (step == STEP);
          return removed;
        });
  }

  /** A query for the letters that match, oldest first. */
  private PreparedStatement select(String columns, Filter filter, long after, int limit)
      throws SQLException {
    List<String> conditions = new ArrayList<>(List.of("id > ?"));
    List<String> texts = new ArrayList<>();
    if (!filter.topic().isEmpty()) {
      conditions.add("topic = ?");
      texts.add(filter.topic());
    }
    if (!filter.subscriber().isEmpty()) {
      conditions.add("subscriber = ?");
      texts.add(filter.subscriber());
    }
    PreparedStatement query =
        connection.prepareStatement(
            "SELECT "
                + columns
                + " FROM dead_letters WHERE "
                + String.join(" AND ", conditions)
                + " ORDER BY id LIMIT "
                + limit);
    query.setLong(1, after);
    for (int i = 0; i < texts.size(); i++) {
      query.setString(i + 2, texts.get(i));
    }
    return query;
  }

  private static List<DeadLetter> read(PreparedStatement query) throws SQLException {
    List<DeadLetter> found = new ArrayList<>();
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        read(row).ifPresent(found::add);
      }
    }
    return found;
  }

  /** One letter; nothing where the row is not as it was written. */
  private static Optional<DeadLetter> read(ResultSet row) throws SQLException {
    Optional<GapReason> reason =
        Arrays.stream(GapReason.values())
            .filter(one -> one.name().equals(safe(row, 4)))
            .findFirst();
    if (reason.isEmpty()) {
      return Optional.empty();
    }
    DeadLetter.Content content;
    try {
      byte[] data = row.getBytes(10);
      if (data == null) {
        content = new LostRange(row.getString(11), row.getLong(12), row.getLong(13));
      } else {
        content =
            new Lost(
                new Event(
                    new Topic(row.getString(2)),
                    row.getString(6),
                    row.getLong(7),
                    Optional.ofNullable(row.getString(8)),
                    EventRow.data(row.getInt(9), data)));
      }
    } catch (IllegalArgumentException | NullPointerException e) {
      return Optional.empty();
    }
    return Optional.of(
        new DeadLetter(
            row.getLong(1),
            row.getString(2),
            row.getString(3),
            reason.get(),
            row.getLong(5),
            content));
  }

  private static String safe(ResultSet row, int column) {
    try {
      return String.valueOf(row.getString(column));
    } catch (SQLException e) {
      return "";
    }
  }

  @Override
  public Counts counts() {
    return new Counts(written.get(), discarded.get(), kept.get());
  }

  @Override
  public CompletionStage<Void> close() {
    CompletionStage<Void> closed =
        ask(
            () -> {
              connection.close();
              return null;
            });
    thread.shutdown();
    return closed.handle((done, failure) -> null);
  }

  private interface Question<T> {
    @Nullable T ask() throws SQLException;
  }

  private <T> CompletionStage<T> ask(Question<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              answer.complete(question.ask());
            } catch (SQLException e) {
              recover();
              answer.completeExceptionally(
                  new StoreUnavailableException("dead letters " + file + " can't be read", e));
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(new StoreUnavailableException("the dead letters are closed", e));
    }
    return answer;
  }
}
