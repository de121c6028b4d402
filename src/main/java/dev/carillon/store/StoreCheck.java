package dev.carillon.store;

import dev.carillon.event.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads a whole SQLite store and says whether it is as it was written. For a store at rest. */
public final class StoreCheck {
  /** Problems told at most: the first few say where to look. */
  private static final int MAX_PROBLEMS = 100;

  private StoreCheck() {}

  /**
   * What was found.
   *
   * @param problems one line each; none in a store that is whole
   */
  public record Report(long topics, long events, long bytes, List<String> problems) {
    public boolean isWhole() {
      return problems.isEmpty();
    }
  }

  /**
   * Checks every page, every event's checksum, and that no offset is missing. Blocks.
   *
   * @throws StoreUnavailableException when there is no such file, or a node has it open
   */
  public static Report check(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new StoreUnavailableException("store " + file + " does not exist");
    }
    SqliteDialect dialect = new SqliteDialect(file);
    dialect.claim();
    List<String> problems = new ArrayList<>();
    long[] counts = new long[3];
    try (Connection connection = dialect.reader()) {
      checkPages(connection, problems);
      checkEvents(connection, problems, counts);
    } catch (SQLException e) {
      problems.add(String.valueOf(e.getMessage()).lines().findFirst().orElse("can't be read"));
    } finally {
      dialect.release();
    }
    return new Report(counts[0], counts[1], counts[2], List.copyOf(problems));
  }

  private static void checkPages(Connection connection, List<String> problems) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA integrity_check(" + MAX_PROBLEMS + ")")) {
      while (row.next()) {
        if (!row.getString(1).equals("ok")) {
          problems.add(row.getString(1));
        }
      }
    }
  }

  private static void checkEvents(Connection connection, List<String> problems, long[] counts)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT " + SqlBackend.headColumns() + " FROM topics ORDER BY id")) {
      while (row.next() && problems.size() < MAX_PROBLEMS) {
        Head head = SqlStatements.readHead(row);
        if (SqlBackend.isHistory(head)) {
          counts[0]++;
          checkEvents(connection, head, problems, counts);
        }
      }
    }
  }

  private static void checkEvents(
      Connection connection, Head head, List<String> problems, long[] counts) throws SQLException {
    long next = head.first();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT "
                + EventRow.COLUMNS
                + ", bytes FROM events WHERE topic = ? ORDER BY \"offset\"")) {
      query.setLong(1, head.id());
      try (ResultSet row = query.executeQuery()) {
        while (row.next() && problems.size() < MAX_PROBLEMS) {
          long offset = row.getLong(1);
          if (offset != next) {
            problems.add("topic " + head.topic() + " lacks events " + next + " to " + (offset - 1));
          }
          if (EventRow.read(row, new Topic(head.topic()), head.epoch()).isEmpty()) {
            problems.add(
                "event " + offset + " of topic " + head.topic() + " is not as it was written");
          }
          next = offset + 1;
          counts[1]++;
          counts[2] += row.getLong(8);
        }
      }
    }
    if (next != head.last() + 1) {
      problems.add("topic " + head.topic() + " lacks events " + next + " to " + head.last());
    }
  }
}
