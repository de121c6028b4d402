package dev.carillon.cluster;

import dev.carillon.cluster.NodeMessage.Hello;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.cluster.NodeMessage.Wish;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The receiving end of another node's {@link NodeLink}: takes each number once, in order, and says
 * what is missing. Owned by the relay's event loop.
 */
final class Inbound {
  private long life;
  private long expected = 1;
  private long taken = 1;
  private final Deque<Taking> taking = new ArrayDeque<>();

  /** A message whose events are on their way to the hubs. */
  static final class Taking {
    private final long number;
    private boolean done;

    private Taking(long number) {
      this.number = number;
    }
  }

  /** What is to be done with a message. */
  enum Step {
    /** It is the next one. */
    TAKE,
    /** It is the first one of a new life, and there was one before. */
    TAKE_AFTER_LOSS,
    /** It came already, or is of a life that is over. */
    REPEATED,
    /** Others before it are missing. */
    MISSING
  }

  Step take(Numbered message) {
    boolean lossBefore = false;
    if (message.life() > life) {
      if (message.number() != 1) {
        return Step.MISSING;
      }
      lossBefore = life != 0;
      life = message.life();
      expected = 1;
      taken = 1;
      taking.clear();
    } else if (message.life() < life) {
      return Step.REPEATED;
    }
    if (message.number() != expected) {
      return message.number() < expected ? Step.REPEATED : Step.MISSING;
    }
    expected++;
    return lossBefore ? Step.TAKE_AFTER_LOSS : Step.TAKE;
  }

  /** The last message is on its way to the hubs; {@link #taken} follows. */
  Taking begin() {
    Taking last = new Taking(expected - 1);
    taking.addLast(last);
    return last;
  }

  /** The hubs have the events of a message; returns whether the sender may be told of more. */
  boolean taken(Taking done) {
    done.done = true;
    boolean more = false;
    while (!taking.isEmpty() && taking.peekFirst().done) {
      taken = taking.removeFirst().number + 1;
      more = true;
    }
    return more;
  }

  /** Whether something sent before the hello did not get through. */
  boolean lacks(Hello hello) {
    return hello.life() > life
        ? hello.lastNumber() > 0
        : hello.life() == life && hello.lastNumber() >= expected;
  }

  /** Whether everything up to the hello was received. */
  boolean isAt(Hello hello) {
    return hello.life() == life && hello.lastNumber() == expected - 1;
  }

  /**
   * What is to be told.
   *
   * @param ofLife that the sender is in; of one that is not known here all is missing
   */
  Receipt receipt(String self, long ofLife, Wish wish) {
    return ofLife == life
        ? new Receipt(self, life, expected, taking.isEmpty() ? expected : taken, wish)
        : new Receipt(self, ofLife, 1, 1, wish);
  }

  long life() {
    return life;
  }
}
