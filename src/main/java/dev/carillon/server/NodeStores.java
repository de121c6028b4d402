package dev.carillon.server;

import dev.carillon.cluster.HazelcastMembership;
import dev.carillon.config.Config;
import dev.carillon.config.Store;
import dev.carillon.config.StoreKind;
import dev.carillon.gateway.NodeHistory;
import dev.carillon.publish.Histories;
import dev.carillon.store.DeadLetterSettings;
import dev.carillon.store.DeadLetters;
import dev.carillon.store.EventStore;
import dev.carillon.store.HistoryPages;
import dev.carillon.store.MemoryDeadLetters;
import dev.carillon.store.MemoryStore;
import dev.carillon.store.PostgresAddress;
import dev.carillon.store.RingbufferStore;
import dev.carillon.store.SqlDeadLetters;
import dev.carillon.store.SqlStore;
import dev.carillon.store.StoreSettings;
import dev.carillon.store.StoreUnavailableException;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a node keeps: histories where a rule asks for them, and dead letters.
 *
 * @param history nothing where no topic keeps any
 */
record NodeStores(Optional<NodeHistory> history, DeadLetters deadLetters) {

  /**
   * Opens what the configuration asks for. Blocks.
   *
   * @param refusal why nothing may be stored now
   * @param membership in the cluster, where there is one
   * @throws StoreUnavailableException saying in one line what is wrong
   */
  static NodeStores open(
      Config config, Supplier<Optional<String>> refusal, Optional<HazelcastMembership> membership) {
    HistoryRules rules = new HistoryRules(config.topics());
    Clock clock = Clock.systemUTC();
    if (!rules.keepAny()) {
      return new NodeStores(Optional.empty(), deadLetters(config, false, clock));
    }
    EventStore store = store(config, rules, clock, membership);
    long pageBytes =
        config.store().pageCacheBytes() > 0
            ? config.store().pageCacheBytes()
            : Runtime.getRuntime().maxMemory() / 16;
    NodeHistory history =
        new NodeHistory(
            new Histories(store, rules::keeps, rules::mayKeep, refusal),
            new HistoryPages(store, pageBytes, config.recovery().reads()));
    try {
      boolean inFile = config.store().kind() == StoreKind.SQLITE;
      return new NodeStores(Optional.of(history), deadLetters(config, inFile, clock));
    } catch (StoreUnavailableException e) {
      store.close();
      throw e;
    }
  }

  /** What the cluster's members need to know before they start. */
  static void configure(Config config, com.hazelcast.config.Config hazelcast) {
    if (config.store().kind() == StoreKind.HAZELCAST
        && new HistoryRules(config.topics()).keepAny()) {
      RingbufferStore.configure(hazelcast, config.cluster().minimumMembers());
    }
  }

  private static EventStore store(
      Config config, HistoryRules rules, Clock clock, Optional<HazelcastMembership> membership) {
    Store store = config.store();
    long maxBytes =
        store.kind() == StoreKind.MEMORY || store.kind() == StoreKind.HAZELCAST
            ? Math.min(store.maxBytes(), Runtime.getRuntime().maxMemory() / 4)
            : store.maxBytes();
    StoreSettings settings =
        new StoreSettings(
            maxBytes,
            store.topics(),
            store.forgetTopics(),
            config.publish().dedupeWindow(),
            config.publish().dedupeEvents(),
            store.batchBytes(),
            store.readers(),
            rules::of);
    return switch (store.kind()) {
      case MEMORY -> new MemoryStore(settings, clock);
      case SQLITE -> SqlStore.openSqlite(store.path(), settings, clock);
      case HAZELCAST ->
          RingbufferStore.open(
              membership.orElseThrow().hazelcast(),
              settings,
              config.cluster().minimumMembers(),
              store.deadline(),
              clock);
      case POSTGRES ->
          SqlStore.openPostgres(
              new PostgresAddress(
                  store.url().orElseThrow(), store.user(), store.password(), store.deadline()),
              settings,
              clock);
    };
  }

  private static DeadLetters deadLetters(Config config, boolean inFile, Clock clock) {
    dev.carillon.config.DeadLetters bounds = config.deadLetters();
    long totalBytes =
        inFile
            ? bounds.totalBytes()
            : Math.min(bounds.totalBytes(), Runtime.getRuntime().maxMemory() / 16);
    DeadLetterSettings settings =
        new DeadLetterSettings(
            bounds.events(),
            bounds.bytes(),
            bounds.age(),
            bounds.topics(),
            totalBytes,
            bounds.pending());
    return inFile
        ? SqlDeadLetters.open(Path.of(config.store().path() + ".dead-letters"), settings, clock)
        : new MemoryDeadLetters(settings, clock);
  }

  /** Lets what waits be written, then lets go of everything. */
  Future<Void> close() {
    return Future.join(
            history
                .map(kept -> Future.fromCompletionStage(kept.topics().store().close()))
                .orElseGet(Future::succeededFuture),
            Future.fromCompletionStage(deadLetters.close()))
        .mapEmpty();
  }
}
