package dev.carillon.store;

import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresStoreTest extends EventStoreContract {
  @RegisterExtension static final PostgresServer SERVER = new PostgresServer();

  private final String database = SERVER.database();

  @Override
  EventStore open(StoreSettings settings) {
    return SqlStore.openPostgres(SERVER.address(database, Duration.ofSeconds(5)), settings, clock);
  }
}
