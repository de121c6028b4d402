package dev.carillon.store;

import static dev.carillon.store.Appends.append;
import static dev.carillon.store.Appends.chosen;
import static dev.carillon.store.Appends.event;
import static dev.carillon.store.Appends.fill;
import static dev.carillon.store.Appends.get;
import static dev.carillon.store.Appends.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.store.AppendOutcome.Stored;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreTest extends EventStoreContract {
  @TempDir Path directory;

  @Override
  EventStore open(StoreSettings settings) {
    return SqlStore.openSqlite(directory.resolve("c.db"), settings, clock);
  }

  private EventStore other(String name) {
    return SqlStore.openSqlite(directory.resolve(name), settings(1 << 30, 1000), clock);
  }

  @Test
  void historiesEpochsAndChosenIdsOutliveTheProcess() {
    EventStore first = other("again.db");
    fill(first, "a", 5);
    append(first, chosen("a", "id", "x"));
    HistoryBounds before = get(first.bounds("a"));
    get(first.close());

    EventStore second = other("again.db");
    assertThat(get(second.bounds("a"))).isEqualTo(before);
    assertThat(((Stored) append(second, chosen("a", "id", "x"))).events().get(0).repeat()).isTrue();
    assertThat(offsets(append(second, event("a", "new", "y")))).containsExactly(7L);
    get(second.close());
  }

  @Test
  void aSecondProcessIsRefused() {
    EventStore first = other("one.db");
    assertThatThrownBy(() -> other("one.db"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("one.db")
        .hasMessageContaining("in use by another process");
    get(first.close());
  }

  @Test
  void aFileThatIsNoDatabaseIsNamed() throws IOException {
    Path file = directory.resolve("text.db");
    Files.writeString(file, "not a database, ".repeat(1000), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> other("text.db"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("text.db")
        .hasMessageContaining("damaged");
  }

  @Test
  void aFileOfANewerVersionIsRefused() throws SQLException {
    get(other("newer.db").close());
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("newer.db"));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO schema_history SELECT 99, '99', 'newer', 'SQL', 'V99__newer.sql', checksum,"
              + " installed_by, installed_on, 1, 1 FROM schema_history LIMIT 1");
    }
    assertThatThrownBy(() -> other("newer.db"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("newer.db")
        .hasMessageContaining("newer version of Carillon");
    // And the file is let go.
    assertThatThrownBy(() -> other("newer.db")).hasMessageContaining("newer version");
  }

  @Test
  void idsThatAnEarlierProcessLeftAreRemovedAfterTheirWindow() throws SQLException {
    EventStore first = other("ids.db");
    append(first, chosen("a", "id", "x"));
    get(first.close());
    clock.advance(Duration.ofMinutes(3).toMillis());
    EventStore second = other("ids.db");
    await().untilAsserted(() -> assertThat(count("ids.db", "event_ids")).isZero());
    get(second.close());
  }

  private int count(String name, String table) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(name));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void theLogStaysShortHoweverMuchIsWritten() throws IOException {
    EventStore store = other("log.db");
    for (int i = 0; i < 300; i++) {
      append(store, event("a", "e" + i, "x".repeat(100_000)));
    }
    assertThat(Files.size(directory.resolve("log.db-wal"))).isLessThan(16 << 20);
    get(store.close());
    Path left = directory.resolve("log.db-wal");
    assertThat(!Files.exists(left) || Files.size(left) == 0).isTrue();
  }

  /** Bits that rot anywhere are found, or were of no account; they are never served. */
  @Test
  void alteredBytesAreNeverServed() throws IOException {
    EventStore whole = other("whole.db");
    fill(whole, "a", 90);
    HistoryPage page = get(whole.read("a", 0, 1000, Long.MAX_VALUE));
    List<String> written = jsons(page);
    HistoryBounds bounds = page.bounds();
    get(whole.close());
    byte[] bytes = Files.readAllBytes(directory.resolve("whole.db"));
    Random random = new Random(3);
    int found = 0;
    for (int i = 0; i < 60; i++) {
      byte[] rotten = bytes.clone();
      int at = random.nextInt(bytes.length);
      rotten[at] ^= (byte) (1 << random.nextInt(8));
      String name = "rotten-" + i + ".db";
      Files.write(directory.resolve(name), rotten);
      found += servesWhatWasWritten(name, written, bounds) ? 0 : 1;
    }
    assertThat(found).as("some of it was found").isPositive();
  }

  private boolean servesWhatWasWritten(String name, List<String> written, HistoryBounds bounds) {
    EventStore store;
    try {
      store = other(name);
    } catch (StoreUnavailableException e) {
      assertThat(e).hasMessageContaining(name);
      return false;
    }
    try {
      HistoryPage page = get(store.read("a", 0, 1000, Long.MAX_VALUE));
      assertThat(jsons(page)).isEqualTo(written);
      assertThat(page.bounds()).isEqualTo(bounds);
      return true;
    } catch (IllegalStateException e) {
      assertThat(e).hasStackTraceContaining("StoreUnavailableException");
      return false;
    } finally {
      get(store.close());
    }
  }

  private static List<String> jsons(HistoryPage page) {
    return page.frames().stream()
        .map(frame -> new String(frame.json(), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void aWriteAheadLogThatIsDamagedBeforeItsEndIsNamed() throws IOException {
    EventStore running = other("wal.db");
    fill(running, "a", 20);
    // As a kill leaves them.
    Files.copy(directory.resolve("wal.db"), directory.resolve("killed.db"));
    byte[] wal = Files.readAllBytes(directory.resolve("wal.db-wal"));
    get(running.close());

    Files.write(directory.resolve("killed.db-wal"), wal);
    EventStore recovered = other("killed.db");
    assertThat(get(recovered.bounds("a")).last()).isEqualTo(20);
    get(recovered.close());

    Files.copy(directory.resolve("wal.db"), directory.resolve("damaged.db"));
    wal[wal.length / 2] ^= 1;
    Files.write(directory.resolve("damaged.db-wal"), wal);
    assertThatThrownBy(() -> other("damaged.db"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("damaged.db")
        .hasMessageContaining("write-ahead log");
  }

  @Test
  void aWriteAheadLogThatIsTornAtItsEndIsWhole() throws IOException {
    EventStore running = other("torn.db");
    fill(running, "a", 5);
    Files.copy(directory.resolve("torn.db"), directory.resolve("cut.db"));
    byte[] wal = Files.readAllBytes(directory.resolve("torn.db-wal"));
    get(running.close());
    Files.write(directory.resolve("cut.db-wal"), Arrays.copyOf(wal, wal.length - 100));
    EventStore recovered = other("cut.db");
    assertThat(get(recovered.bounds("a")).last()).isBetween(4L, 5L);
    get(recovered.close());
  }
}
