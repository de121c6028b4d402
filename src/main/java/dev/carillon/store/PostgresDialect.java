package dev.carillon.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL database, 14 or newer: its connections, and what its failures mean. */
final class PostgresDialect implements SqlDialect {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.store");
  private static final int MIN_VERSION = 140_000;

  /** The database gives a listener up that takes nothing for so long, or it would keep all. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** Nodes that start together make the schema one after the other. */
  private static final int MIGRATION_PATIENCE = 6;

  private final PostgresAddress address;

  PostgresDialect(PostgresAddress address) {
    this.address = address;
  }

  Duration deadline() {
    return address.deadline();
  }

  @Override
  public String name() {
    return address.name();
  }

  @Override
  public DataSource dataSource() {
    PGSimpleDataSource source = source();
    source.setSocketTimeout(seconds(address.deadline().multipliedBy(MIGRATION_PATIENCE)));
    return source;
  }

  @Override
  public String migrations() {
    return "classpath:dev/carillon/store/postgres";
  }

  @Override
  public Connection writer() throws SQLException {
    Connection connection = connect();
    try {
      check(connection);
      long millis = address.deadline().toMillis();
      set(
          connection,
          Map.of(
              "default_transaction_isolation",
              "read committed",
              "statement_timeout",
              Long.toString(millis / 2),
              "lock_timeout",
              Long.toString(millis / 3),
              // Shorter than others wait for a lock: a node that hangs must not stop them.
              "idle_in_transaction_session_timeout",
              Long.toString(millis / 4),
              // The one that sweeps asks more often than that, as long as it is alive.
              "idle_session_timeout",
              Long.toString(millis * 3),
              // Plans are made before a table has grown, and kept: only those by index stay good.
              "enable_seqscan",
              "off",
              "enable_hashjoin",
              "off",
              "enable_mergejoin",
              "off",
              "jit",
              "off"));
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Connection reader() throws SQLException {
    Connection connection = connect();
    try {
      set(
          connection,
          Map.of(
              // What is read of a history is one picture of it.
              "default_transaction_isolation",
              "repeatable read",
              "default_transaction_read_only",
              "on",
              "statement_timeout",
              Long.toString(address.deadline().toMillis() / 2),
              "idle_in_transaction_session_timeout",
              Long.toString(address.deadline().toMillis())));
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** A connection that hears of others' commits. */
  Connection watcher() throws SQLException {
    Connection connection = connect();
    try {
      set(
          connection,
          Map.of("statement_timeout", Long.toString(address.deadline().toMillis() / 2)));
      giveUpOnSilence(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static void giveUpOnSilence(Connection connection) {
    try {
      set(connection, Map.of("tcp_user_timeout", Long.toString(SILENCE.toMillis())));
    } catch (SQLException e) {
      // Not every system that a database runs on can.
      LOG.debug("tcp_user_timeout can't be set", e);
    }
  }

  private static void set(Connection connection, Map<String, String> settings) throws SQLException {
    StringBuilder query = new StringBuilder("SELECT ");
    settings.forEach(
        (name, value) ->
            query
                .append("set_config('")
                .append(name)
                .append("', '")
                .append(value)
                .append("', false),"));
    query.setLength(query.length() - 1);
    try (Statement statement = connection.createStatement()) {
      statement.execute(query.toString());
    }
  }

  /** Whether the database can keep what the store promises. */
  private void check(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT current_setting('server_version_num')::integer,"
                    + " current_setting('server_version'), current_setting('server_encoding'),"
                    + " current_setting('synchronous_commit')")) {
      row.next();
      if (row.getInt(1) < MIN_VERSION) {
        throw new SQLException("it is PostgreSQL " + row.getString(2) + "; 14 or newer is needed");
      }
      if (!"UTF8".equals(row.getString(3))) {
        throw new SQLException("its encoding is " + row.getString(3) + "; UTF8 is needed");
      }
      if ("off".equals(row.getString(4))) {
        // An answered publish would be lost with the database's memory.
        set(connection, Map.of("synchronous_commit", "on"));
      }
    }
  }

  private PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(address.jdbcUrl());
    address.user().ifPresent(source::setUser);
    address.password().ifPresent(source::setPassword);
    source.setApplicationName("carillon");
    source.setTcpKeepAlive(true);
    source.setConnectTimeout(seconds(address.deadline().dividedBy(4)));
    source.setSslResponseTimeout((int) address.deadline().dividedBy(4).toMillis());
    source.setSocketTimeout(seconds(address.deadline().dividedBy(4)));
    return source;
  }

  private Connection connect() throws SQLException {
    Connection connection = source().getConnection();
    // Who logs in waits for little; from here on it may be for a disk.
    connection.setNetworkTimeout(Runnable::run, (int) address.deadline().dividedBy(2).toMillis());
    return connection;
  }

  /** The driver knows whole seconds only. */
  private static int seconds(Duration duration) {
    return (int) Math.max(1, duration.toSeconds());
  }

  @Override
  public void claim() {
    try {
      source();
    } catch (IllegalArgumentException e) {
      throw new StoreUnavailableException(
          "store " + name() + " can't be opened: store.url is no address of PostgreSQL", e);
    }
  }

  @Override
  public void release() {
    // Other nodes have it too.
  }

  @Override
  public EventRow.TextColumn text() {
    return PostgresDialect::text;
  }

  private static @Nullable String text(ResultSet row, int column) throws SQLException {
    byte[] utf8 = row.getBytes(column);
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  @Override
  public boolean isDamage(SQLException failure) {
    String state = state(failure);
    return failure instanceof DamagedRowException || state.equals("XX001") || state.equals("XX002");
  }

  @Override
  public boolean isDisconnect(Exception failure) {
    if (!(failure instanceof SQLException sql)) {
      return false;
    }
    String state = state(sql);
    return state.startsWith("08")
        // Shutting down, starting up, crashed, idle for too long.
        || (state.startsWith("57P") && !state.equals("57P04"))
        || state.equals("25P03")
        || state.equals("25P04")
        || failure.getCause() instanceof IOException;
  }

  /** Whether a transaction ended without a trace because others were in its way. */
  boolean isCollision(SQLException failure) {
    String state = state(failure);
    return state.startsWith("40") || state.equals("55P03");
  }

  private static String state(SQLException failure) {
    return Optional.ofNullable(failure.getSQLState()).orElse("");
  }

  @Override
  public StoreHealth diagnose(Exception failure) {
    if (failure instanceof SQLException sql) {
      if (isDamage(sql)) {
        return new StoreHealth.Failed("store " + name() + " is damaged: " + reason(failure));
      }
      String state = state(sql);
      if (state.equals("53100")) {
        return new StoreHealth.Refusing(
            "store " + name() + ": no space left on the database's disk");
      }
      if (state.equals("25006")) {
        return new StoreHealth.Refusing(
            "store " + name() + " can't be written to: the database is read-only, a standby maybe");
      }
      if (isDisconnect(failure)) {
        return new StoreHealth.Refusing(
            "store " + name() + " can't be reached: " + reason(failure));
      }
    }
    return new StoreHealth.Refusing("store " + name() + " fails: " + reason(failure));
  }

  private static String reason(Exception failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown reason");
  }
}
