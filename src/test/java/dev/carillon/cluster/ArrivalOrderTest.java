package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ArrivalOrderTest {
  private static final long MS = 1_000_000;

  private final List<Object> passed = new ArrayList<>();
  private long now;
  private int asked;

  /** When the others were heard last; at any time, where nothing else is said. */
  private long heard = Long.MAX_VALUE;

  private final ArrivalOrder.Others others =
      new ArrivalOrder.Others() {
        @Override
        public void ask() {
          asked++;
        }

        @Override
        public boolean heardSince(long nanos) {
          return heard > nanos;
        }
      };

  private ArrivalOrder order = new ArrivalOrder(50, () -> now, others);
  private final ArrivalOrder.Ready ready =
      new ArrivalOrder.Ready() {
        @Override
        public void frame(EventFrame frame) {
          passed.add(frame.offset() == 0 ? frame.topic() : (Object) frame.offset());
        }

        @Override
        public void hole(Hole hole) {
          passed.add(hole);
        }

        @Override
        public void gap(Gap gap) {
          passed.add(gap);
        }
      };

  private static EventFrame frame(String topic, String epoch, long offset) {
    Optional<Position> position =
        offset == 0 ? Optional.empty() : Optional.of(new Position(epoch, offset));
    return new EventFrame(
        new Event(new Topic(topic), "i", 0, Optional.empty(), EventData.parse("1"), position));
  }

  private void take(long... offsets) {
    for (long offset : offsets) {
      order.take(frame("t", "e", offset), ready);
    }
  }

  private void pass(long ms) {
    now += ms * MS;
    order.tick(ready);
  }

  private static Hole hole(long from, long to) {
    return new Hole("t", "e", from, to);
  }

  @Test
  void whatIsInOrderGoesOnAtOnce() {
    take(1, 2, 3);
    assertThat(passed).containsExactly(1L, 2L, 3L);
    assertThat(order.isWaiting()).isFalse();
  }

  @Test
  void topicsWithoutHistoryAreLetBe() {
    order.take(frame("plain", "", 0), ready);
    assertThat(passed).containsExactly("plain");
  }

  @Test
  void anEventThatCameTooEarlyWaitsForTheOneBeforeIt() {
    take(1, 3, 4);
    assertThat(passed).containsExactly(1L);
    take(2);
    assertThat(passed).containsExactly(1L, 2L, 3L, 4L);
    assertThat(order.isWaiting()).isFalse();
  }

  @Test
  void whatDoesNotComeInTimeIsReadFromTheHistoryAndNotTakenTwice() {
    take(1, 4);
    pass(49);
    assertThat(passed).containsExactly(1L);
    pass(1);
    assertThat(passed).containsExactly(1L, hole(2, 3), 4L);
    take(2, 3, 5);
    assertThat(passed).containsExactly(1L, hole(2, 3), 4L, 5L);
  }

  @Test
  void theFirstEventOfATopicWaitsForThoseBeforeItOnlyBriefly() {
    take(42, 41);
    assertThat(passed).isEmpty();
    pass(50);
    assertThat(passed).containsExactly(41L, 42L);
    take(43);
    assertThat(passed).containsExactly(41L, 42L, 43L);
  }

  @Test
  void theFirstEventsOfATopicWaitUntilAllOthersHaveBeenHeard() {
    heard = 0;
    take(3);
    order.take(frame("other", "e", 7), ready);
    pass(50);
    pass(12);
    assertThat(asked).isEqualTo(1);
    assertThat(passed).isEmpty();
    take(2);
    heard = now;
    pass(12);
    assertThat(passed).containsExactly(2L, 3L, 7L);
    assertThat(order.isWaiting()).isFalse();
  }

  @Test
  void theFirstEventOfAllThatComesMeanwhileGoesOnAtOnce() {
    heard = 0;
    take(4);
    pass(60);
    take(1);
    assertThat(passed).containsExactly(1L);
    pass(49);
    assertThat(passed).containsExactly(1L);
    pass(1);
    assertThat(passed).containsExactly(1L, hole(2, 3), 4L);
    assertThat(order.isWaiting()).isFalse();
  }

  @Test
  void anotherNodeThatIsNotHeardIsNotWaitedForLong() {
    heard = 0;
    take(42);
    pass(50);
    take(141);
    order.take(frame("known", "e", 1), ready);
    assertThat(passed).containsExactly(1L);
    pass(449);
    assertThat(passed).containsExactly(1L);
    pass(1);
    assertThat(passed).containsExactly(1L, 42L, hole(43, 140), 141L);
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void anOlderEventOfANewTopicThatComesTooLateIsAnnounced() {
    take(42);
    pass(50);
    take(41);
    assertThat(passed).containsExactly(42L, new Gap("t", 1, GapReason.CLUSTER_LOSS, 41, 41, ""));
  }

  @Test
  void whatTheStoreHasAndNobodySentIsReadFromThere() {
    take(1);
    order.known("t", "e", 3, true, ready);
    assertThat(passed).containsExactly(1L);
    pass(50);
    assertThat(passed).containsExactly(1L, hole(2, 3));
    order.known("t", "e", 3, true, ready);
    pass(50);
    assertThat(passed).containsExactly(1L, hole(2, 3));
  }

  @Test
  void aHistoryThatWasNotSeenYetIsReadOnlyWhereSomebodyWantsIt() {
    order.known("t", "e", 3, false, ready);
    assertThat(passed).isEmpty();
    order.known("t", "e", 3, true, ready);
    pass(50);
    assertThat(passed).containsExactly(hole(3, 3));
    take(3, 4);
    assertThat(passed).containsExactly(hole(3, 3), 4L);
  }

  @Test
  void whatTheStoreSaysOfAnEventThatIsOnItsWayCostsNothing() {
    order.known("t", "e", 3, true, ready);
    take(3);
    pass(50);
    order.known("t", "e", 4, true, ready);
    take(4);
    pass(50);
    assertThat(passed).containsExactly(3L, 4L);
  }

  @Test
  void anotherLifeOfAHistoryBeginsAnewAndTheOldOneIsOver() {
    take(1, 2);
    order.take(frame("t", "f", 1), ready);
    take(3);
    order.take(frame("t", "f", 2), ready);
    assertThat(passed).containsExactly(1L, 2L, 1L, 2L);
  }

  @Property(tries = 500)
  void whateverTheOrderOfArrivalAllGoesOnInOrderAndOnce(@ForAll long seed) {
    Random random = new Random(seed);
    heard = random.nextBoolean() ? 0 : Long.MAX_VALUE;
    order = new ArrivalOrder(50, () -> now, others);
    passed.clear();
    int events = 1 + random.nextInt(60);
    List<Long> arriving = new ArrayList<>();
    for (long offset = 1; offset <= events; offset++) {
      int times = random.nextInt(10) == 0 ? random.nextInt(3) : 1;
      for (int i = 0; i < times; i++) {
        // Not far from its place.
        arriving.add(Math.max(0, arriving.size() - random.nextInt(5)), offset);
      }
    }
    for (long offset : arriving) {
      take(offset);
      if (random.nextInt(4) == 0) {
        pass(random.nextInt(60));
      }
    }
    order.known("t", "e", events, true, ready);
    heard = Long.MAX_VALUE;
    pass(100);
    pass(100);
    long next = 0;
    for (Object one : passed) {
      if (one instanceof Gap gap) {
        assertThat(gap.from()).isLessThan(next);
        continue;
      }
      long from = one instanceof Hole hole ? hole.from() : (Long) one;
      long to = one instanceof Hole hole ? hole.to() : (Long) one;
      assertThat(next == 0 || from == next).as("%s behind %s", one, next).isTrue();
      next = to + 1;
    }
    assertThat(next).isEqualTo(events + 1);
    assertThat(order.isWaiting()).isFalse();
  }
}
