package dev.carillon.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A PostgreSQL server with an empty store for each test; one for a test class can fail. */
public final class PostgresServer implements BeforeAllCallback, AfterAllCallback {
  private final AtomicInteger databases = new AtomicInteger();
  private @Nullable EmbeddedPostgres server;
  private @Nullable Path data;
  private int port;
  private final Optional<String> address;

  PostgresServer() {
    this(Optional.empty());
  }

  private PostgresServer(Optional<String> address) {
    this.address = address;
  }

  /** One that also those reach who share the network of 256 addresses of this address with it. */
  public static PostgresServer reachableAt(String address) {
    return new PostgresServer(Optional.of(address));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    end();
  }

  /** Leaves nothing behind. */
  public void end() throws Exception {
    // Not in its own way: that writes everything once more.
    kill();
    try (Stream<Path> files = Files.walk(Objects.requireNonNull(data))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    Files.deleteIfExists(Path.of(data + "-admits"));
  }

  /** Starts it, with the data of last time if there was one. */
  public void start() throws IOException {
    if (data == null) {
      Path folder = Path.of(System.getProperty("carillon.target", "target")).toAbsolutePath();
      data = Files.createTempDirectory(Files.createDirectories(folder), "postgres");
    }
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            // What a store promises it must see to itself.
            .setServerConfig("synchronous_commit", "off");
    if (address.isPresent()) {
      builder
          .setServerConfig("listen_addresses", "localhost," + address.get())
          .setServerConfig("hba_file", admitted(address.get()).toString());
    }
    server = (port == 0 ? builder : builder.setPort(port)).start();
    port = server.getPort();
  }

  /** Whom the server lets in, besides its data, which has to be empty at first. */
  private Path admitted(String from) throws IOException {
    Path file = Path.of(Objects.requireNonNull(data) + "-admits");
    Files.writeString(
        file, "host all all 127.0.0.1/32 trust\nhost all all " + from + "/24 trust\n");
    return file;
  }

  /** Where it listens, the same after each start. */
  public int port() {
    return port;
  }

  /** One for all classes that do it no harm; it ends with the process. */
  static PostgresServer shared() {
    return Shared.SERVER;
  }

  private static final class Shared {
    static final PostgresServer SERVER = started();

    private static PostgresServer started() {
      PostgresServer server = new PostgresServer();
      try {
        server.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return server;
    }
  }

  /** Makes an empty schema, which costs less than a database; returns its place on the server. */
  String database() {
    String name = "carillon_" + databases.incrementAndGet();
    execute("postgres", "CREATE SCHEMA " + name);
    return "postgres?currentSchema=" + name;
  }

  PostgresAddress address(String database, Duration deadline) {
    return address(port, database, deadline);
  }

  static PostgresAddress address(int port, String database, Duration deadline) {
    return new PostgresAddress(
        "postgresql://localhost:" + port + "/" + database,
        Optional.of("postgres"),
        Optional.of("no-password-is-asked-for"),
        deadline);
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + port + "/" + database, "postgres", "");
  }

  void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Kills every process of the server at once; {@link #start} starts it again. */
  public void kill() throws Exception {
    List<ProcessHandle> killed = processes();
    signal("-KILL", killed);
    for (ProcessHandle process : killed) {
      process.onExit().get(10, TimeUnit.SECONDS);
    }
    Objects.requireNonNull(server).close();
  }

  /** Every process of the server stays where it is. */
  public void freeze() throws Exception {
    signal("-STOP", processes());
  }

  /** Every process of the server goes on. */
  public void thaw() throws Exception {
    signal("-CONT", processes());
  }

  private List<ProcessHandle> processes() throws IOException {
    Path file = Objects.requireNonNull(data).resolve("postmaster.pid");
    long postmaster;
    try (Stream<String> lines = Files.lines(file)) {
      postmaster = Long.parseLong(lines.findFirst().orElseThrow().trim());
    }
    ProcessHandle parent = ProcessHandle.of(postmaster).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(List.of(parent));
    all.addAll(parent.descendants().toList());
    return all;
  }

  private static void signal(String signal, List<ProcessHandle> processes) throws Exception {
    List<String> command = new ArrayList<>(List.of("kill", signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    new ProcessBuilder(command).start().waitFor();
  }
}
