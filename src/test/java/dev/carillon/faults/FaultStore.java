package dev.carillon.faults;

import dev.carillon.store.PostgresServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the nodes of a run keep their histories, and what may be held against that store. */
final class FaultStore implements AutoCloseable {
  private static final String HISTORIES =
      "topics=[{\"match\":\"kept.>\",\"overflow\":\"catch-up\",\"history\":{\"events\":100000}}]";

  /** What a store may be. */
  enum Kind {
    NONE,
    POSTGRES,
    HAZELCAST
  }

  private final Kind kind;
  private Optional<PostgresServer> database = Optional.empty();

  /** Starts nothing yet. */
  FaultStore(Kind kind) {
    this.kind = kind;
  }

  boolean keepsHistories() {
    return kind != Kind.NONE;
  }

  /** In the memory of nodes a history ends with too many of them, and says so. */
  Terms terms() {
    return kind == Kind.HAZELCAST ? Terms.DURABLE.withHistoriesThatMayEnd() : Terms.DURABLE;
  }

  /** The database of {@link Kind#POSTGRES} once it was started, a process of its own. */
  Optional<PostgresServer> database() {
    return database;
  }

  /** Starts what the nodes need besides themselves; their settings. */
  List<String> settings(String clientsAddress) throws IOException {
    List<String> settings = new ArrayList<>(FaultRun.SETTINGS);
    switch (kind) {
      case NONE -> {}
      case HAZELCAST -> settings.addAll(List.of("store.kind=hazelcast", HISTORIES));
      case POSTGRES -> {
        PostgresServer server = PostgresServer.reachableAt(clientsAddress);
        server.start();
        database = Optional.of(server);
        settings.addAll(
            List.of(
                "store.kind=postgres",
                "store.url=jdbc:postgresql://%s:%d/postgres"
                    .formatted(clientsAddress, server.port()),
                "store.user=postgres",
                // Shorter than clients wait for an answer.
                "store.deadline=4s",
                HISTORIES));
      }
    }
    return settings;
  }

  @Override
  public void close() throws IOException {
    if (database.isPresent()) {
      try {
        database.get().end();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException("the database does not end", e);
      }
    }
  }
}
