package dev.carillon.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A PostgreSQL server for a test class, with a database for each test. */
final class PostgresServer implements BeforeAllCallback, AfterAllCallback {
  private @Nullable EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    server = EmbeddedPostgres.start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    running().close();
  }

  private EmbeddedPostgres running() {
    return Objects.requireNonNull(server);
  }

  /** Makes an empty database; returns its name. */
  String database() {
    String name = "carillon_" + databases.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return name;
  }

  PostgresAddress address(String database, Duration deadline) {
    return new PostgresAddress(
        "postgresql://localhost:" + running().getPort() + "/" + database,
        Optional.of("postgres"),
        Optional.empty(),
        deadline);
  }

  void execute(String sql) {
    try (Connection connection = running().getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
