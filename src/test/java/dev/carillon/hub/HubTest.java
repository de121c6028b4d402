package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class HubTest {
  @RegisterExtension final Hubs hubs = new Hubs();

  private final Hub hub = hubs.make(HubSettings.DEFAULT);

  private static List<Pattern> patterns(String... texts) {
    return Arrays.stream(texts).map(Pattern::new).toList();
  }

  private static Event event(String topic, int data) {
    return Event.of(topic, EventData.parse(String.valueOf(data)));
  }

  /** A receiver that does {@code action} when it is made ready. */
  private static Receiver onReady(Consumer<Subscriber> action) {
    return new Receiver() {
      @Override
      public void ready(Subscriber subscriber) {
        action.accept(subscriber);
      }

      @Override
      public void overflowed(Subscriber subscriber) {}
    };
  }

  // ---- subscribers

  @Test
  void anIdInUseIsAnErrorAndChangesNothing() {
    Inbox first = new Inbox();
    hub.subscribe("s", patterns("a"), first);
    assertThatExceptionOfType(SubscriberExistsException.class)
        .isThrownBy(() -> hub.subscribe("s", patterns("b"), new Inbox()))
        .withMessage("subscriber id in use: s");
    hub.publish(event("a", 1));
    hub.publish(event("b", 2));
    assertThat(first.texts()).containsExactly("a=1");
  }

  @Test
  void anUnknownIdIsAnError() {
    assertThatExceptionOfType(UnknownSubscriberException.class)
        .isThrownBy(() -> hub.unsubscribe("s"))
        .withMessage("no such subscriber: s");
  }

  @Test
  void unsubscribingLeavesNothingBehind() {
    Subscriber subscriber = hub.subscribe("s", patterns("a", "a.*", ">"), Inbox.stalled());
    hub.publish(event("a", 1));
    hub.publish(event("a.b", 2));
    assertThat(hub.queuedBytes()).isPositive();
    hub.unsubscribe("s");
    assertThat(hub.queuedBytes()).isZero();
    assertThat(hub.subscriber("s")).isEmpty();
    assertThat(hub.subscribers()).isEmpty();
    assertThat(subscriber.queue().isEmpty()).isTrue();
    assertThat(hub.ledger()).isEqualTo(new Ledger(2, 0, 0, 0, 0, 2));
    hub.publish(event("a", 3));
    assertThat(hub.ledger().matched()).isEqualTo(2);
    hub.subscribe("s", patterns("a"), new Inbox());
  }

  @Test
  void anEventComesOnceHoweverManyPatternsMatch() {
    Inbox inbox = new Inbox();
    hub.subscribe("s", patterns("a.b", "a.*", "*.b", ">", "a.>"), inbox);
    hub.publish(event("a.b", 1));
    assertThat(inbox.texts()).containsExactly("a.b=1");
  }

  @Test
  void subscriptionsTakeEffectFromOneEventToTheNext() {
    Inbox inbox = new Inbox();
    Subscriber subscriber = hub.subscribe("s", List.of(), inbox);
    hub.publish(event("a.b", 1));
    for (String pattern : List.of("a.b", "a.*", ">")) {
      assertThat(hub.add(subscriber, new Pattern(pattern))).isTrue();
      assertThat(hub.add(subscriber, new Pattern(pattern))).isFalse();
      hub.publish(event("a.b", 2));
      assertThat(hub.remove(subscriber, new Pattern(pattern))).isTrue();
      assertThat(hub.remove(subscriber, new Pattern(pattern))).isFalse();
      hub.publish(event("a.b", 3));
    }
    assertThat(inbox.texts()).containsExactly("a.b=2", "a.b=2", "a.b=2");
    assertThat(subscriber.patterns()).isEmpty();
  }

  @Test
  void whatWaitsIsStillSentAfterItsTopicWasRemoved() {
    Subscriber subscriber = hub.subscribe("s", patterns("a", "b"), Inbox.stalled());
    hub.publish(event("a", 1));
    hub.remove(subscriber, new Pattern("a"));
    hub.publish(event("a", 2));
    assertThat(Inbox.drained(subscriber.queue())).containsExactly("a=1");
    assertThat(subscriber.patterns()).containsExactly(new Pattern("b"));
    assertThat(subscriber.patternCount()).isEqualTo(1);
  }

  @Test
  void moreTopicsThanTheHubRemembersCostNothingButWork() {
    Inbox inbox = new Inbox();
    hub.subscribe("s", patterns("*.last"), inbox);
    for (int i = 0; i < 17_000; i++) {
      hub.publish(event("t" + i, i));
    }
    hub.publish(event("a.last", 1));
    assertThat(inbox.texts()).containsExactly("a.last=1");
  }

  // ---- publishing

  @Test
  void aBatchIsGroupedByTopicAndMakesEachSubscriberReadyOnce() {
    Inbox inbox = new Inbox();
    hub.subscribe("s", patterns(">"), inbox);
    hub.publishBatch(
        List.of(event("b", 1), event("a", 2), event("b", 3), event("c", 4), event("a", 5)));
    assertThat(inbox.texts()).containsExactly("b=1", "b=3", "a=2", "a=5", "c=4");
    assertThat(inbox.readyCalls()).isEqualTo(1);
    hub.publishBatch(List.of());
    assertThat(inbox.readyCalls()).isEqualTo(1);
  }

  @Test
  void anEventIsEncodedOnceForAllSubscribers() {
    Inbox one = new Inbox();
    Inbox other = new Inbox();
    hub.subscribe("one", patterns("a"), one);
    hub.subscribe("other", patterns("*"), other);
    hub.publish(event("a", 1));
    assertThat(one.frames().get(0)).isSameAs(other.frames().get(0));
  }

  @Test
  void deliveringToThoseWhoKeepUpAllocatesNothing() {
    for (int i = 0; i < 10; i++) {
      hub.subscribe("s" + i, patterns("a"), onReady(s -> s.queue().drain(1, frame -> {})));
    }
    EventFrame frame = new EventFrame(event("a", 1));
    hub.publish(frame);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      hub.publish(frame);
    }
    // What the measuring itself takes is below a byte an event.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }

  @Test
  void aSlowSubscriberCostsNobodyElse() {
    Hub small = hubs.make(2, new OverflowPolicy.DropNewest());
    Inbox quick = new Inbox();
    Subscriber slow = small.subscribe("slow", patterns("a"), Inbox.stalled());
    small.subscribe("quick", patterns("a"), quick);
    for (int i = 1; i <= 5; i++) {
      small.publish(event("a", i));
    }
    assertThat(quick.texts()).containsExactly("a=1", "a=2", "a=3", "a=4", "a=5");
    assertThat(Inbox.drained(slow.queue())).containsExactly("a=1", "a=2", "a-3 queue_full");
    assertThat(small.lost(GapReason.QUEUE_FULL)).isEqualTo(3);
  }

  @Test
  void whatThoseWhoLeftHadLostStaysCounted() {
    Hub small = hubs.make(1, new OverflowPolicy.DropNewest());
    small.subscribe("s", patterns("a"), Inbox.stalled());
    small.publish(event("a", 1));
    small.publish(event("a", 2));
    small.unsubscribe("s");
    small.subscribe("s", patterns("a"), Inbox.stalled());
    small.publish(event("a", 3));
    small.publish(event("a", 4));
    assertThat(small.lost(GapReason.QUEUE_FULL)).isEqualTo(2);
    assertThat(small.ledger()).isEqualTo(new Ledger(4, 0, 1, 0, 2, 1));
  }

  // ---- losses before the hub

  @Test
  void anAnnouncedLossComesBeforeTheNextEventToThoseWhoAskForItsTopic() {
    Inbox asking = new Inbox();
    Inbox other = new Inbox();
    hub.subscribe("asking", patterns("a.*"), asking);
    hub.subscribe("other", patterns("b"), other);
    hub.announce(new Gap("a.b", 3, GapReason.OVERLOAD));
    hub.publish(event("a.b", 4));
    hub.publish(event("b", 1));
    assertThat(asking.texts()).containsExactly("a.b-3 overload", "a.b=4");
    assertThat(other.texts()).containsExactly("b=1");
  }

  @Test
  void aLossOfManyTopicsIsAnnouncedToAllWhoMayHaveMissedSome() {
    Inbox everything = new Inbox();
    Inbox something = new Inbox();
    Inbox nothing = new Inbox();
    hub.subscribe("everything", patterns("a", ">"), everything);
    hub.subscribe("something", patterns("a"), something);
    hub.subscribe("nothing", List.of(), nothing);
    hub.announce(new Gap(Gap.MANY_TOPICS, 70, GapReason.OVERLOAD));
    hub.flush();
    assertThat(everything.texts()).containsExactly(">-70 overload");
    assertThat(something.texts()).containsExactly(">-0 overload");
    assertThat(nothing.texts()).isEmpty();
    assertThat(hub.ledger()).isEqualTo(new Ledger(70, 0, 0, 0, 70, 0));
  }

  // ---- turns

  @Test
  void whoHasWaitedForLongestIsServedFirst() {
    Inbox first = new Inbox();
    Inbox second = new Inbox();
    Inbox third = new Inbox();
    hub.subscribe("first", patterns("a"), first);
    hub.subscribe("second", patterns("a", "b"), second);
    hub.subscribe("third", patterns("a"), third);

    hub.deliver(new EventFrame(event("a", 1)));
    hub.flush(1);
    hub.deliver(new EventFrame(event("b", 2)));
    hub.deliver(new EventFrame(event("a", 3)));
    hub.flush(2);
    assertThat(first.texts()).containsExactly("a=1");
    assertThat(second.texts()).containsExactly("a=1", "b=2", "a=3");
    assertThat(third.texts()).containsExactly("a=1", "a=3");
    assertThat(hub.isUnflushed()).isTrue();

    hub.flush(1);
    assertThat(first.texts()).containsExactly("a=1", "a=3");
    hub.flush(1);
    assertThat(hub.isUnflushed()).isFalse();
    assertThat(List.of(first.readyCalls(), second.readyCalls(), third.readyCalls()))
        .containsExactly(2, 1, 1);
  }

  @Test
  void whatComesWhileSomebodyWaitsIsCounted() {
    Event event = event("a", 1);
    int size = new EventFrame(event).size();
    hub.subscribe("first", patterns("a"), new Inbox());
    hub.subscribe("second", patterns("a"), new Inbox());
    assertThat(hub.unflushedEvents()).isZero();
    hub.deliver(List.of(new EventFrame(event), new EventFrame(event)));
    hub.flush(1);
    hub.deliver(new EventFrame(event));
    assertThat(hub.unflushedEvents()).isEqualTo(3);
    assertThat(hub.unflushedBytes()).isEqualTo(3L * size);
    hub.flush(1);
    // The first one waits again, for the third event.
    hub.flush(0);
    assertThat(hub.unflushedEvents()).isEqualTo(1);
    hub.flush();
    assertThat(hub.unflushedEvents()).isZero();
    assertThat(hub.unflushedBytes()).isZero();
  }

  // ---- receivers

  @Test
  void aReceiverThatThrowsHarmsNoOther() {
    List<String> failed = new ArrayList<>();
    Hub listened =
        hubs.make(
            HubSettings.DEFAULT,
            new HubListener() {
              @Override
              public void failed(Subscriber subscriber, RuntimeException failure) {
                failed.add(subscriber.id() + ": " + failure.getMessage());
              }
            });
    Inbox inbox = new Inbox();
    listened.subscribe(
        "bad",
        patterns("a"),
        onReady(
            s -> {
              throw new IllegalStateException("broken");
            }));
    listened.subscribe("good", patterns("a"), inbox);
    listened.publish(event("a", 1));
    listened.publish(event("a", 2));
    assertThat(inbox.texts()).containsExactly("a=1", "a=2");
    assertThat(failed).containsExactly("bad: broken", "bad: broken");
  }

  @Test
  void anErrorInAReceiverLeavesTheOthersForTheNextFlush() {
    Inbox inbox = new Inbox();
    hub.subscribe(
        "bad",
        patterns("a"),
        onReady(
            s -> {
              throw new StackOverflowError("broken");
            }));
    hub.subscribe("good", patterns("a"), inbox);
    assertThatThrownBy(() -> hub.publish(event("a", 1))).isInstanceOf(StackOverflowError.class);
    assertThat(inbox.texts()).isEmpty();
    hub.flush();
    assertThat(inbox.texts()).containsExactly("a=1");
    assertThatThrownBy(() -> hub.publish(event("a", 2))).isInstanceOf(StackOverflowError.class);
    hub.unsubscribe("bad");
    hub.publish(event("a", 3));
    assertThat(inbox.texts()).containsExactly("a=1", "a=2", "a=3");
  }

  @Test
  void receiversMayUnsubscribeThemselvesAndOthers() {
    Inbox inbox = new Inbox();
    hub.subscribe("self", patterns("a"), onReady(s -> hub.unsubscribe(s.id())));
    hub.subscribe("killer", patterns("a"), onReady(s -> hub.unsubscribe("victim")));
    hub.subscribe("victim", patterns("a"), inbox);
    hub.publish(event("a", 1));
    assertThat(inbox.texts()).isEmpty();
    assertThat(hub.subscribers()).extracting(Subscriber::id).containsExactly("killer");
  }

  @Test
  void aReceiverMaySubscribeAnotherOfTheSameIdThatHearsOnlyWhatFollows() {
    Inbox successor = new Inbox();
    hub.subscribe(
        "s",
        patterns("a"),
        onReady(
            s -> {
              hub.unsubscribe("s");
              hub.subscribe("s", patterns("a"), successor);
            }));
    hub.publish(event("a", 1));
    hub.publish(event("a", 2));
    assertThat(successor.texts()).containsExactly("a=2");
  }

  @Test
  void receiversMayPublish() {
    Inbox inbox = new Inbox();
    hub.subscribe(
        "relay",
        patterns("a"),
        onReady(
            s -> {
              for (String text : Inbox.drained(s.queue())) {
                hub.publish(event("b", text.charAt(2) - '0'));
              }
            }));
    hub.subscribe("s", patterns("a", "b"), inbox);
    hub.publishBatch(List.of(event("a", 1), event("a", 2)));
    assertThat(inbox.texts()).containsExactly("a=1", "a=2", "b=1", "b=2");
  }

  @Test
  void aSinkMayPublishToTheVeryQueueItEmpties() {
    Hub small = hubs.make(2, new OverflowPolicy.DropOldest());
    List<String> read = new ArrayList<>();
    Subscriber subscriber = small.subscribe("s", patterns("a", "b", "c"), Inbox.stalled());
    small.publishBatch(List.of(event("a", 1), event("b", 1), event("c", 1), event("c", 2)));
    // Waiting: gaps of a and b, then c's two events. Each frame read publishes one more of b.
    subscriber
        .queue()
        .drain(
            Long.MAX_VALUE,
            frame -> {
              read.add(Inbox.text(frame));
              if (read.size() <= 3) {
                small.publish(event("b", read.size() + 1));
              }
            });
    assertThat(read)
        .containsExactly(
            "a-1 queue_full", "b-1 queue_full", "c-2 queue_full", "b-1 queue_full", "b=3", "b=4");
  }

  @Test
  void aSinkMayUnsubscribeAndReadsNothingAfterwards() {
    Hub small = hubs.make(1, new OverflowPolicy.Conflate());
    List<String> read = new ArrayList<>();
    Subscriber subscriber = small.subscribe("s", patterns("a"), Inbox.stalled());
    small.publishBatch(List.of(event("a", 1), event("a", 2)));
    small.announce(new Gap("a", 3, GapReason.OVERLOAD));
    subscriber
        .queue()
        .drain(
            Long.MAX_VALUE,
            frame -> {
              read.add(Inbox.text(frame));
              small.unsubscribe("s");
            });
    assertThat(read).containsExactly("a-1 conflated");
    assertThat(small.ledger()).isEqualTo(new Ledger(5, 0, 0, 0, 4, 1));
  }

  @Test
  void overflowIsToldOnceAndTheSubscriberMayStay() {
    Hub small = hubs.make(1, new OverflowPolicy.Disconnect());
    Inbox inbox = Inbox.stalled();
    Subscriber subscriber = small.subscribe("s", patterns("a"), inbox);
    for (int i = 1; i <= 4; i++) {
      small.publish(event("a", i));
    }
    assertThat(inbox.overflowCalls()).isEqualTo(1);
    assertThat(inbox.readyCalls()).isEqualTo(3);
    assertThat(Inbox.drained(subscriber.queue())).containsExactly("a=1", "a-3 queue_full");
  }

  @Test
  void theListenerHearsOfTroubleInTime() {
    List<String> heard = new ArrayList<>();
    Hub listened =
        hubs.make(
            Hubs.settings(4, new OverflowPolicy.DropNewest()),
            new HubListener() {
              @Override
              public void nearlyFull(Subscriber subscriber) {
                heard.add("nearly full at " + subscriber.queue().events());
              }

              @Override
              public void lost(Subscriber subscriber) {
                heard.add("lost " + subscriber.queue().ledger().lost());
              }
            });
    listened.subscribe("s", patterns("a"), Inbox.stalled());
    for (int i = 1; i <= 6; i++) {
      listened.publish(event("a", i));
    }
    assertThat(heard).containsExactly("nearly full at 3", "lost 1", "lost 2");
  }

  @Test
  void anotherThreadIsTurnedAwayWithAdvice() {
    assertThatThrownBy(() -> CompletableFuture.runAsync(() -> hub.publish(event("a", 1))).join())
        .hasRootCauseInstanceOf(AssertionError.class)
        .hasMessageContaining("a hub belongs to the thread that made it, ")
        .hasMessageContaining(": hand the call over");
  }
}
