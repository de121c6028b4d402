package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.hub.SubscriberQueue.Offer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SubscriberQueueTest {
  private static final TopicPolicy DROP_NEWEST = TopicPolicy.DEFAULT;
  private static final TopicPolicy DROP_OLDEST = unlimited(new OverflowPolicy.DropOldest());
  private static final TopicPolicy CONFLATE = unlimited(new OverflowPolicy.Conflate());
  private static final TopicPolicy DISCONNECT = unlimited(new OverflowPolicy.Disconnect());

  private final List<SubscriberQueue> made = new ArrayList<>();

  @AfterEach
  void booksBalance() {
    made.forEach(queue -> QueueAudit.check("test", queue));
  }

  private SubscriberQueue queue(int maxEvents) {
    return queue(new QueueLimits(maxEvents, 1 << 20, 16), new HubMemory(1 << 20, HubListener.NONE));
  }

  private SubscriberQueue queue(QueueLimits limits, HubMemory memory) {
    SubscriberQueue queue = new SubscriberQueue(limits, memory);
    made.add(queue);
    return queue;
  }

  private static TopicPolicy unlimited(OverflowPolicy overflow) {
    return new TopicPolicy(overflow, TopicPolicy.UNLIMITED);
  }

  private static QueuedFrame frame(String topic, int data, TopicPolicy policy) {
    return new QueuedFrame(
        new EventFrame(Event.of(topic, EventData.parse(String.valueOf(data)))), policy);
  }

  private static QueuedFrame keyed(String topic, String key, int data) {
    Event event = Event.of(topic, EventData.parse(String.valueOf(data))).withKey(key);
    return new QueuedFrame(new EventFrame(event), CONFLATE);
  }

  private static void offer(SubscriberQueue queue, String topic, TopicPolicy policy, int... data) {
    for (int value : data) {
      queue.offer(frame(topic, value, policy));
    }
  }

  @Test
  void fullQueueKeepsWhatItHasAndAnnouncesWhatItLost() {
    SubscriberQueue queue = queue(2);
    offer(queue, "a", DROP_NEWEST, 1, 2, 3, 4);
    assertThat(queue.lost(GapReason.QUEUE_FULL)).isEqualTo(2);
    assertThat(queue.ledger()).isEqualTo(new Ledger(4, 0, 2, 0, 2, 0));
    assertThat(Inbox.drained(queue)).containsExactly("a=1", "a=2", "a-2 queue_full");
    assertThat(queue.ledger()).isEqualTo(new Ledger(4, 2, 0, 0, 2, 0));
  }

  @Test
  void aGapStandsBetweenTheEventsWhereItsOwnAreMissing() {
    SubscriberQueue queue = queue(2);
    offer(queue, "a", DROP_NEWEST, 1, 2, 3);
    queue.drain(1, frame -> {});
    offer(queue, "a", DROP_NEWEST, 4, 5);
    assertThat(Inbox.drained(queue))
        .containsExactly("a=2", "a-1 queue_full", "a=4", "a-1 queue_full");
  }

  @Test
  void aGapGoesAlongWithAnotherTopicsEvent() {
    SubscriberQueue queue = queue(1);
    offer(queue, "quiet", DROP_NEWEST, 1, 2);
    queue.drain(1, frame -> {});
    offer(queue, "busy", DROP_NEWEST, 1);
    assertThat(Inbox.drained(queue)).containsExactly("quiet-1 queue_full", "busy=1");
  }

  @Test
  void lossesOfATopicAreOneGapWhileTheyWait() {
    SubscriberQueue queue = queue(1);
    for (int i = 0; i < 1000; i++) {
      offer(queue, "a", DROP_NEWEST, i);
      offer(queue, "b", DROP_NEWEST, i);
    }
    assertThat(Inbox.drained(queue))
        .containsExactly("a=0", "b-1000 queue_full", "a-999 queue_full");
  }

  @Test
  void lossesOfMoreTopicsThanCanBeToldApartAreAnnouncedTogether() {
    SubscriberQueue queue =
        queue(new QueueLimits(1, 1 << 20, 3), new HubMemory(1 << 20, HubListener.NONE));
    offer(queue, "a", DROP_NEWEST, 1, 2);
    for (String topic : List.of("b", "c", "d", "c", "a")) {
      offer(queue, topic, DROP_NEWEST, 1);
    }
    assertThat(Inbox.drained(queue))
        .containsExactly("a=1", "a-2 queue_full", "b-1 queue_full", ">-3 queue_full");
  }

  @Test
  void noEventFollowsALossThatFindsNoPlaceToBeAnnounced() {
    SubscriberQueue queue =
        queue(new QueueLimits(10, 1 << 20, 1), new HubMemory(1 << 20, HubListener.NONE));
    offer(queue, "a", DROP_NEWEST, 1);
    for (GapReason reason : GapReason.values()) {
      queue.lose(new Gap("a", 1, reason));
    }
    offer(queue, "a", DROP_NEWEST, 2);
    for (int number = 3; number <= 5; number++) {
      queue.lose(new Gap("a", 5, GapReason.OVERLOAD));
      offer(queue, "a", DROP_NEWEST, number);
    }
    queue.lose(new Gap("a", 1, GapReason.OVERLOAD));
    // There is room for the event, but none for what has to stand before it.
    assertThat(queue.offer(frame("a", 6, DROP_NEWEST))).isEqualTo(Offer.LOST);
    assertThat(Inbox.drained(queue))
        .containsExactly(
            "a=1",
            ">-1 queue_full",
            ">-1 conflated",
            ">-1 history_lost",
            ">-1 cluster_loss",
            ">-1 overload",
            "a=2",
            ">-5 overload",
            "a=3",
            ">-5 overload",
            "a=4",
            ">-5 overload",
            "a=5",
            ">-1 queue_full",
            ">-1 overload");
  }

  @Test
  void whatNobodyCanCountIsAnnouncedAndPutsNothingIntoTheBooks() {
    SubscriberQueue queue =
        queue(new QueueLimits(4, 1 << 20, 1), new HubMemory(1 << 20, HubListener.NONE));
    offer(queue, "a", DROP_NEWEST, 1);
    queue.lose(new Gap(">", Gap.UNKNOWN, GapReason.OVERLOAD));
    queue.lose(new Gap(">", Gap.UNKNOWN, GapReason.OVERLOAD));
    offer(queue, "a", DROP_NEWEST, 2);
    assertThat(queue.ledger()).isEqualTo(new Ledger(2, 0, 2, 0, 0, 0));
    assertThat(Inbox.drained(queue)).containsExactly("a=1", ">-0 overload", "a=2");
  }

  @Test
  void dropOldestMakesRoomAndAnnouncesAheadOfWhatIsLeft() {
    SubscriberQueue queue = queue(2);
    offer(queue, "b", DROP_NEWEST, 1);
    offer(queue, "a", DROP_OLDEST, 1, 2, 3);
    assertThat(Inbox.drained(queue))
        .containsExactly("b-1 queue_full", "a-1 queue_full", "a=2", "a=3");
  }

  @Test
  void dropOldestTakesGapsInItsWayAlong() {
    SubscriberQueue queue = queue(2);
    offer(queue, "a", DROP_NEWEST, 1, 2, 3);
    queue.drain(1, frame -> {});
    offer(queue, "a", DROP_NEWEST, 4);
    // Waiting: 2, a gap for 3, and 4.
    offer(queue, "b", DROP_OLDEST, 1, 2);
    assertThat(Inbox.drained(queue)).containsExactly("a-3 queue_full", "b=1", "b=2");
  }

  @Test
  void conflateKeepsTheNewestOfAKeyInTheOlderOnesPlace() {
    SubscriberQueue queue = queue(3);
    queue.offer(keyed("a", "x", 1));
    queue.offer(keyed("a", "y", 2));
    queue.offer(keyed("a", "x", 3));
    queue.offer(keyed("a", "x", 4));
    queue.offer(keyed("a", "y", 5));
    queue.offer(keyed("a", "x", 6));
    assertThat(queue.lost(GapReason.CONFLATED)).isEqualTo(3);
    // While there was room nothing was conflated; then the newest place of each key was used.
    assertThat(Inbox.drained(queue))
        .containsExactly("a=1", "a-1 conflated", "a=5", "a-2 conflated", "a=6");
  }

  @Test
  void conflateWithoutAKeyIsAboutTheTopicAsAWhole() {
    SubscriberQueue queue = queue(2);
    offer(queue, "a", CONFLATE, 1);
    offer(queue, "b", CONFLATE, 1, 2, 3);
    offer(queue, "a", CONFLATE, 2);
    assertThat(Inbox.drained(queue))
        .containsExactly("a-1 conflated", "a=2", "b-2 conflated", "b=3");
  }

  @Test
  void conflateMakesRoomFromTheOldestWhereNoneOfItsKeyWaits() {
    SubscriberQueue queue = queue(2);
    queue.offer(keyed("a", "x", 1));
    queue.offer(keyed("a", "y", 2));
    queue.offer(keyed("a", "x", 3));
    queue.offer(keyed("a", "z", 4));
    assertThat(Inbox.drained(queue))
        .containsExactly("a-1 queue_full", "a-1 conflated", "a=2", "a=4");
  }

  @Test
  void conflateStaysWithinItsBytes() {
    int small = keyed("a", "x", 1).size;
    SubscriberQueue queue =
        queue(new QueueLimits(10, 2L * small + 3, 16), new HubMemory(1 << 20, HubListener.NONE));
    queue.offer(keyed("a", "x", 1));
    queue.offer(keyed("a", "y", 2));
    queue.offer(keyed("a", "x", 1234));
    assertThat(queue.bytes()).isEqualTo(2L * small + 3);
    // One byte more than fits in y's place: the oldest makes room and y's older event stays.
    queue.offer(keyed("a", "y", 12));
    assertThat(queue.bytes()).isEqualTo(2L * small + 1);
    assertThat(Inbox.drained(queue))
        .containsExactly("a-1 queue_full", "a-1 conflated", "a=2", "a=12");
  }

  @Test
  void aShareKeepsAHotTopicFromPushingAQuietOneOut() {
    SubscriberQueue queue = queue(4);
    TopicPolicy share = new TopicPolicy(new OverflowPolicy.DropNewest(), 2);
    offer(queue, "hot", share, 1, 2, 3, 4, 5);
    offer(queue, "quiet", DROP_NEWEST, 1, 2);
    assertThat(Inbox.drained(queue))
        .containsExactly("hot=1", "hot=2", "hot-3 queue_full", "quiet=1", "quiet=2");
    offer(queue, "hot", share, 6);
    assertThat(Inbox.drained(queue)).containsExactly("hot=6");
  }

  @Test
  void aShareThatDropsItsOldestLeavesOtherTopicsAlone() {
    SubscriberQueue queue = queue(8);
    TopicPolicy share = new TopicPolicy(new OverflowPolicy.DropOldest(), 2);
    offer(queue, "quiet", DROP_NEWEST, 1);
    offer(queue, "hot", share, 1, 2, 3);
    offer(queue, "quiet", DROP_NEWEST, 2);
    offer(queue, "hot", share, 4);
    assertThat(Inbox.drained(queue))
        .containsExactly("hot-2 queue_full", "quiet=1", "hot=3", "quiet=2", "hot=4");
  }

  @Test
  void aShareThatChurnsBehindAStalledHeadCostsNoMemory() {
    SubscriberQueue queue = queue(16);
    TopicPolicy share = new TopicPolicy(new OverflowPolicy.DropOldest(), 1);
    offer(queue, "quiet", DROP_NEWEST, 1);
    for (int i = 0; i < 10_000; i++) {
      offer(queue, "hot", share, i);
    }
    assertThat(queue.slotsHeld()).isEqualTo(8);
    assertThat(Inbox.drained(queue)).containsExactly("hot-9999 queue_full", "quiet=1", "hot=9999");
  }

  @Test
  void anEventLargerThanTheQueueIsLostAndDrivesNothingOut() {
    int size = frame("a", 1, DROP_OLDEST).size;
    for (TopicPolicy policy : List.of(DROP_NEWEST, DROP_OLDEST, CONFLATE)) {
      SubscriberQueue queue =
          queue(new QueueLimits(10, 2L * size, 16), new HubMemory(1 << 20, HubListener.NONE));
      offer(queue, "a", policy, 1, 2);
      EventData large = EventData.ofText("x".repeat(2 * size));
      QueuedFrame tooLarge = new QueuedFrame(new EventFrame(Event.of("a", large)), policy);
      assertThat(queue.offer(tooLarge)).isEqualTo(Offer.LOST);
      assertThat(Inbox.drained(queue)).containsExactly("a=1", "a=2", "a-1 queue_full");
    }
  }

  @Test
  void disconnectSaysSoAndCountsTheEventAsLost() {
    SubscriberQueue queue = queue(1);
    assertThat(queue.offer(frame("a", 1, DISCONNECT))).isEqualTo(Offer.NEARLY_FULL);
    assertThat(queue.offer(frame("a", 2, DISCONNECT))).isEqualTo(Offer.OVERFLOWED);
    assertThat(Inbox.drained(queue)).containsExactly("a=1", "a-1 queue_full");
  }

  @Test
  void nearlyFullIsSaidWhenThreeQuartersAreReached() {
    SubscriberQueue queue = queue(8);
    for (int i = 1; i <= 8; i++) {
      assertThat(queue.offer(frame("a", i, DROP_NEWEST)))
          .isEqualTo(i == 6 ? Offer.NEARLY_FULL : Offer.QUEUED);
    }
  }

  @Test
  void aFullNodeDropsWhatWouldPileUpButNotWhatIsTakenAtOnce() {
    int size = frame("a", 1, DROP_NEWEST).size;
    HubMemory memory = new HubMemory(2L * size, HubListener.NONE);
    SubscriberQueue slow = queue(QueueLimits.DEFAULT, memory);
    SubscriberQueue quick = queue(QueueLimits.DEFAULT, memory);
    offer(slow, "a", DROP_NEWEST, 1, 2, 3);
    offer(quick, "a", DROP_NEWEST, 4, 5);
    assertThat(Inbox.drained(slow)).containsExactly("a=1", "a=2", "a-1 overload");
    assertThat(Inbox.drained(quick)).containsExactly("a=4", "a-1 overload");
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void anEventThatWaitsInManyQueuesTakesMemoryOnce() {
    HubMemory memory = new HubMemory(1 << 20, HubListener.NONE);
    QueuedFrame shared = frame("a", 1, DROP_NEWEST);
    SubscriberQueue one = queue(QueueLimits.DEFAULT, memory);
    SubscriberQueue other = queue(QueueLimits.DEFAULT, memory);
    one.offer(shared);
    other.offer(shared);
    assertThat(memory.bytes()).isEqualTo(shared.size);
    one.drain(Long.MAX_VALUE, frame -> {});
    assertThat(memory.bytes()).isEqualTo(shared.size);
    other.close();
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void drainingStopsAtItsBoundAlsoAmongGaps() {
    SubscriberQueue queue = queue(1);
    offer(queue, "a", DROP_OLDEST, 1);
    offer(queue, "b", DROP_OLDEST, 1);
    offer(queue, "c", DROP_OLDEST, 1);
    for (String expected : List.of("a-1 queue_full", "b-1 queue_full", "c=1")) {
      List<Frame> frames = new ArrayList<>();
      assertThat(queue.drain(1, frames::add)).isEqualTo(frames.get(0).size());
      assertThat(frames.stream().map(Inbox::text)).containsExactly(expected);
    }
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.drain(1, frame -> {})).isZero();
  }

  @Test
  void anEventThatWaitsAloneNeedsNoRing() {
    SubscriberQueue queue = queue(16);
    TopicPolicy share = new TopicPolicy(new OverflowPolicy.DropOldest(), 1);
    for (int i = 0; i < 3; i++) {
      offer(queue, "a", DROP_NEWEST, i);
      assertThat(Inbox.drained(queue)).containsExactly("a=" + i);
    }
    offer(queue, "hot", share, 1);
    offer(queue, "hot", share, 2);
    assertThat(queue.slotsHeld()).isZero();
    offer(queue, "a", DROP_NEWEST, 4);
    assertThat(queue.slotsHeld()).isEqualTo(8);
    assertThat(Inbox.drained(queue)).containsExactly("hot-1 queue_full", "hot=2", "a=4");
  }

  @Test
  void aTrimmedQueueHoldsNothingAndTakesEventsAgain() {
    SubscriberQueue queue = queue(64);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20 + round; i++) {
        offer(queue, "a", DROP_NEWEST, i);
      }
      queue.trim();
      assertThat(queue.slotsHeld()).isEqualTo(32);
      // The last frame is the one that reaches the bound.
      queue.drain(queue.bytes(), frame -> {});
      queue.trim();
      assertThat(queue.slotsHeld()).isZero();
    }
    offer(queue, "a", DROP_NEWEST, 1, 2);
    assertThat(Inbox.drained(queue)).containsExactly("a=1", "a=2");
  }

  @Test
  void aClosedQueueDiscardsWhatWaitsAndCountsIt() {
    HubMemory memory = new HubMemory(1 << 20, HubListener.NONE);
    SubscriberQueue queue = queue(new QueueLimits(2, 1 << 20, 16), memory);
    queue.offer(keyed("a", "x", 1));
    offer(queue, "a", DROP_NEWEST, 2, 3);
    queue.offer(keyed("a", "x", 4));
    queue.close();
    queue.close();
    assertThat(queue.ledger()).isEqualTo(new Ledger(4, 0, 0, 0, 2, 2));
    assertThat(queue.isEmpty()).isTrue();
    assertThat(Inbox.drained(queue)).isEmpty();
    assertThat(memory.bytes()).isZero();
  }
}
