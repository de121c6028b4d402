package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.IndeterminateOperationStateException;
import io.vertx.core.Completable;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RepeatedRegistrationsTest {
  private final RuntimeException unknown =
      new IndeterminateOperationStateException("backup acks missed");

  private final Promise<Void> done = Promise.promise();
  private int writes;

  /** Writes that fail so, one after the other, and then succeed. */
  private void write(int attempts, RuntimeException... failures) {
    Deque<RuntimeException> left = new ArrayDeque<>(List.of(failures));
    RepeatedRegistrations.repeat(attempts, said -> write(left, said), done);
  }

  private void write(Deque<RuntimeException> failures, Completable<Void> said) {
    writes++;
    if (failures.isEmpty()) {
      said.succeed();
    } else {
      said.fail(failures.poll());
    }
  }

  @Test
  void whatSucceedsIsSaidOnce() {
    write(3);
    assertThat(done.future().succeeded()).isTrue();
    assertThat(writes).isEqualTo(1);
  }

  @Test
  void whatNobodyKnowsTheOutcomeOfIsSaidAgain() {
    write(3, unknown, unknown);
    assertThat(done.future().succeeded()).isTrue();
    assertThat(writes).isEqualTo(3);
  }

  @Test
  void theLastAttemptTellsWhatFailed() {
    write(3, unknown, unknown, unknown, unknown);
    assertThat(done.future().cause()).isSameAs(unknown);
    assertThat(writes).isEqualTo(3);
  }

  @Test
  void whatIsKnownToHaveFailedIsNotSaidAgain() {
    RuntimeException refused = new HazelcastException("not active");
    write(3, refused);
    assertThat(done.future().cause()).isSameAs(refused);
    assertThat(writes).isEqualTo(1);
  }
}
