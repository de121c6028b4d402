package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A cluster of one member, which starts once for all tests. */
final class RingbufferStoreTest extends EventStoreContract {
  private static final RingCluster CLUSTER = new RingCluster(1);

  @BeforeAll
  static void startMember() {
    CLUSTER.start();
  }

  @AfterEach
  void forgetAll() {
    HazelcastInstance member = CLUSTER.member(0);
    member.getMap(RingbufferStore.SLOTS).clear();
    member.getMap(RingbufferStore.USAGE).clear();
  }

  @AfterAll
  static void stopMember() {
    CLUSTER.stop();
  }

  @Override
  EventStore open(StoreSettings settings) {
    return RingbufferStore.open(CLUSTER.member(0), settings, 1, Duration.ofSeconds(5), clock);
  }
}
