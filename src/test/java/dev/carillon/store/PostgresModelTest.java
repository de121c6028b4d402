package dev.carillon.store;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class PostgresModelTest extends StoreModel {
  private static final PostgresServer SERVER = PostgresServer.shared();

  @Property(tries = 8)
  void postgresReadsAsTheModelSays(@ForAll("steps") List<Step> steps) {
    readsAsTheModelSays(SERVER.database(), steps);
  }

  @Override
  EventStore open(String name, StoreSettings settings, Clock clock) {
    return SqlStore.openPostgres(SERVER.address(name, Duration.ofSeconds(5)), settings, clock);
  }
}
