package dev.carillon.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IndeterminateOperationStateException;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.function.Consumer;

/**
 * Says again where a node is to be found and what it consumes, when not all members have confirmed
 * their copy in time. That happens while others join or leave, and to say the same twice does no
 * harm; to give up would end a node that has just started.
 */
final class RepeatedRegistrations extends HazelcastClusterManager {
  /** Hazelcast waits 5 s for the copies of each. */
  private static final int ATTEMPTS = 3;

  RepeatedRegistrations(HazelcastInstance hazelcast) {
    super(hazelcast);
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> done) {
    repeat(ATTEMPTS, said -> super.setNodeInfo(info, said), done);
  }

  @Override
  public void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    repeat(ATTEMPTS, said -> super.addRegistration(address, registration, said), done);
  }

  /** Writes until it is known what came of it, so many times at most. */
  static void repeat(int attempts, Consumer<Completable<Void>> write, Completable<Void> done) {
    write.accept(
        (nothing, failure) -> {
          if (attempts > 1 && failure instanceof IndeterminateOperationStateException) {
            repeat(attempts - 1, write, done);
          } else {
            done.complete(null, failure);
          }
        });
  }
}
