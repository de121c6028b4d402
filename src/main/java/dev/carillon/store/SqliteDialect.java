package dev.carillon.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A SQLite file: write-ahead log, and an fsync of it at every commit.
 *
 * <p>One process at a time has the file, by a lock on a file beside it that the operating system
 * lets go of however the process ends.
 */
final class SqliteDialect implements SqlDialect {
  private static final int BUSY_MILLIS = 10_000;
  private static final int PRIMARY_CODE = 0xff;

  /** SQLite's own choice, a thousand pages. */
  private static final long SETTLE_BYTES = 4 << 20;

  /** Past so many pages the log waits for those who read from it, to begin anew. */
  private static final int MAX_LOG_PAGES = 16_384;

  private final Path file;
  private @Nullable FileChannel lockFile;
  private @Nullable FileLock lock;

  /**
   * @throws StoreUnavailableException when the name is one that SQLite reads otherwise
   */
  SqliteDialect(Path file) {
    if (file.toString().indexOf('?') >= 0) {
      // Behind it SQLite reads options: the file would be another one than the one that is locked.
      throw new StoreUnavailableException(
          "store " + file + ": a file with ? in its name is no store");
    }
    this.file = file.toAbsolutePath().normalize();
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public DataSource dataSource() {
    return source();
  }

  @Override
  public String migrations() {
    return "classpath:dev/carillon/store/sqlite";
  }

  @Override
  public Connection writer() throws SQLException {
    Connection connection = source().getConnection();
    try (Statement statement = connection.createStatement()) {
      // Left to itself SQLite settles within a commit and says nothing when the fsync of it fails:
      // the next one would succeed, and the log with the only copy be overwritten.
      statement.execute("PRAGMA wal_autocheckpoint = 0");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  public Connection reader() throws SQLException {
    Connection connection = source().getConnection();
    try (Statement statement = connection.createStatement()) {
      // Not opened read-only: such a connection can't take part in the write-ahead log.
      statement.execute("PRAGMA query_only = true");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private SQLiteDataSource source() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setPragma(SQLiteConfig.Pragma.TEMP_STORE, "MEMORY");
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  @Override
  public void claim() {
    Path directory = file.getParent();
    try {
      if (directory != null) {
        Files.createDirectories(directory);
      }
      FileChannel opened =
          FileChannel.open(
              Path.of(file + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lockFile = opened;
      lock = opened.tryLock();
    } catch (IOException e) {
      throw new StoreUnavailableException("store " + file + " can't be opened: " + reason(e), e);
    } catch (OverlappingFileLockException e) {
      // Not closed: with one channel of a file, a process loses its locks by every other one.
      throw inUse();
    }
    if (lock == null) {
      release();
      throw inUse();
    }
    Optional<String> problem;
    try {
      problem = SqliteWal.check(Path.of(file + "-wal"));
    } catch (IOException e) {
      release();
      throw new StoreUnavailableException(
          "store " + file + ": its write-ahead log can't be read: " + reason(e), e);
    }
    if (problem.isPresent()) {
      release();
      throw new StoreUnavailableException("store " + file + " is damaged: " + problem.get());
    }
  }

  private StoreUnavailableException inUse() {
    return new StoreUnavailableException(
        "store " + file + " is in use by another process; a file serves one node");
  }

  @Override
  public void release() {
    try {
      if (lockFile != null) {
        // With the channel the lock goes.
        lockFile.close();
      }
    } catch (IOException e) {
      // The process ends it.
      assert e != null;
    }
  }

  @Override
  public EventRow.TextColumn text() {
    return ResultSet::getString;
  }

  @Override
  public boolean isDisconnect(Exception failure) {
    return false;
  }

  @Override
  public boolean isDamage(SQLException failure) {
    int code = primaryCode(failure);
    return failure instanceof DamagedRowException
        || code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  @Override
  public StoreHealth diagnose(Exception failure) {
    if (failure instanceof SQLException sql) {
      if (isDamage(sql)) {
        return new StoreHealth.Failed("store " + file + " is damaged: " + reason(failure));
      }
      int code = code(sql);
      if (code == SQLiteErrorCode.SQLITE_IOERR_FSYNC.code
          || code == SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC.code) {
        // What the disk has nobody knows any more, and a second fsync may say that all is well.
        return new StoreHealth.Failed(
            "store " + file + ": the disk failed to make events durable (fsync)");
      }
      if (primaryCode(sql) == SQLiteErrorCode.SQLITE_FULL.code) {
        return new StoreHealth.Refusing("store " + file + ": no space left on the disk");
      }
      if (primaryCode(sql) == SQLiteErrorCode.SQLITE_READONLY.code) {
        return new StoreHealth.Refusing("store " + file + " can't be written to");
      }
    }
    return new StoreHealth.Refusing("store " + file + " fails: " + reason(failure));
  }

  /** How many bytes may be written before {@link #settle} is due. */
  long settleBytes() {
    return SETTLE_BYTES;
  }

  /** Settles the whole log and gives its room back, as far as readers let it. */
  void settleWhole(Connection writer) throws SQLException {
    checkpoint(writer, "TRUNCATE");
  }

  /** Moves what was written to where it stays, outside of a transaction. */
  void settle(Connection writer) throws SQLException {
    if (checkpoint(writer, "PASSIVE") > MAX_LOG_PAGES) {
      checkpoint(writer, "RESTART");
    }
  }

  /** Returns the pages in the log. */
  private static int checkpoint(Connection writer, String mode) throws SQLException {
    writer.rollback();
    writer.setAutoCommit(true);
    try (Statement statement = writer.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      return row.next() ? row.getInt(2) : 0;
    } finally {
      writer.setAutoCommit(false);
    }
  }

  /** What is to be done with the writer before it closes. */
  void beforeClose(Connection writer) throws SQLException {
    checkpoint(writer, "TRUNCATE");
  }

  private static int code(SQLException failure) {
    return failure instanceof SQLiteException sqlite
        ? sqlite.getResultCode().code
        : failure.getErrorCode();
  }

  private static int primaryCode(SQLException failure) {
    return code(failure) & PRIMARY_CODE;
  }

  private static String reason(Exception failure) {
    if (failure instanceof AccessDeniedException) {
      return "not allowed to write here";
    }
    if (failure instanceof FileAlreadyExistsException there) {
      return there.getFile() + " is not a directory";
    }
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown reason");
  }
}
