package dev.carillon.store;

import java.time.Duration;

final class PostgresStoreTest extends EventStoreContract {
  private static final PostgresServer SERVER = PostgresServer.shared();

  private final String database = SERVER.database();

  @Override
  EventStore open(StoreSettings settings) {
    return SqlStore.openPostgres(SERVER.address(database, Duration.ofSeconds(5)), settings, clock);
  }
}
