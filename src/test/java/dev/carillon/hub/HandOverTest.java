package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.hub.HandOver.Call;
import dev.carillon.hub.HandOver.Item;
import dev.carillon.hub.HandOver.Publication;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@org.jspecify.annotations.NullUnmarked
final class HandOverTest {
  private static final int SIZE = frame("a", 1).size();

  private static EventFrame frame(String topic, int number) {
    return new EventFrame(Event.of(topic, EventData.parse(String.valueOf(number))));
  }

  private static boolean publish(HandOver handOver, String topic, int... numbers) {
    List<EventFrame> frames = new ArrayList<>();
    for (int number : numbers) {
      frames.add(frame(topic, number));
    }
    return handOver.publish(frames);
  }

  /** Everything that waits: events as {@code topic=number}, gaps as {@code topic-count}. */
  private static List<String> taken(HandOver handOver) {
    List<String> texts = new ArrayList<>();
    for (Item item = handOver.poll(); item != null; item = handOver.poll()) {
      if (item instanceof Publication publication) {
        addGaps(publication.gaps(), texts);
        publication.frames().forEach(f -> texts.add(f.topic() + "=" + f.event().data()));
      } else {
        ((Call) item).action().run();
      }
    }
    addGaps(handOver.pollLosses(), texts);
    return texts;
  }

  private static void addGaps(PendingGaps gaps, List<String> texts) {
    if (gaps != null) {
      gaps.drain(gap -> texts.add(gap.topic() + "-" + gap.count()));
    }
  }

  @Test
  void isBoundedInPublications() {
    HandOver handOver = new HandOver(2, 1, 1 << 20);
    assertThat(publish(handOver, "a", 1, 2)).isTrue();
    assertThat(publish(handOver, "a", 3)).isTrue();
    assertThat(publish(handOver, "a", 4, 5)).isFalse();
    assertThat(handOver.eventsLost()).isEqualTo(2);
    assertThat(taken(handOver)).containsExactly("a=1", "a=2", "a=3", "a-2");
    assertThat(publish(handOver, "a", 6)).isTrue();
    assertThat(taken(handOver)).containsExactly("a=6");
  }

  @Test
  void isBoundedInBytesButOnePublicationAlwaysFits() {
    HandOver handOver = new HandOver(100, 1, 2L * SIZE);
    assertThat(publish(handOver, "a", 1, 2, 3, 4)).isTrue();
    assertThat(publish(handOver, "a", 5)).isFalse();
    assertThat(taken(handOver)).containsExactly("a=1", "a=2", "a=3", "a=4", "a-1");
    assertThat(publish(handOver, "a", 6)).isTrue();
    assertThat(publish(handOver, "a", 7)).isTrue();
    assertThat(publish(handOver, "a", 8)).isFalse();
  }

  @Test
  void theNextPublicationCarriesWhatWasLostBefore() {
    HandOver handOver = new HandOver(1, 1, 1 << 20);
    publish(handOver, "a", 1);
    publish(handOver, "a", 2);
    publish(handOver, "b", 1);
    assertThat(((Publication) handOver.poll()).gaps()).isNull();
    publish(handOver, "a", 3);
    publish(handOver, "a", 4);
    assertThat(taken(handOver)).containsExactly("a-1", "b-1", "a=3", "a-1");
  }

  @Test
  void whatIsLostIsNotToldBeforeWhatWasHandedOverEarlier() {
    HandOver handOver = new HandOver(1, 1, 1 << 20);
    publish(handOver, "a", 1);
    publish(handOver, "a", 2);
    assertThat(handOver.pollLosses()).isNull();
    handOver.poll();
    List<Gap> told = new ArrayList<>();
    handOver.pollLosses().drain(told::add);
    assertThat(told).containsExactly(new Gap("a", 1, GapReason.OVERLOAD));
    assertThat(handOver.pollLosses()).isNull();
  }

  @Test
  void callsFindRoomWherePublicationsDoNot() {
    HandOver handOver = new HandOver(2, 2, 1 << 20);
    AtomicInteger calls = new AtomicInteger();
    Call call = new Call(calls::incrementAndGet, () -> {});
    publish(handOver, "a", 1);
    publish(handOver, "a", 2);
    assertThat(handOver.tryCall(call)).isFalse();
    handOver.call(call);
    handOver.call(call);
    assertThatIllegalStateException().isThrownBy(() -> handOver.call(call));
    taken(handOver);
    assertThat(calls).hasValue(2);
    assertThat(handOver.tryCall(call)).isTrue();
  }

  /** Three publishers and an owner that sleeps when it can: nothing is lost without its number. */
  @Test
  @Timeout(60)
  void whateverTheThreadsDoEveryNumberComesOrIsCountedInItsPlace() throws InterruptedException {
    HandOver handOver = new HandOver(4, 1, 1 << 20);
    int perThread = 20_000;
    AtomicInteger left = new AtomicInteger(3);
    List<Thread> publishers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String topic = "t" + i;
      Thread publisher =
          new Thread(
              () -> {
                for (int n = 1; n <= perThread; n++) {
                  publish(handOver, topic, n);
                }
                left.decrementAndGet();
                handOver.tryCall(new Call(() -> {}, () -> {}));
              });
      publishers.add(publisher);
      publisher.start();
    }
    Map<String, Integer> explained = new HashMap<>();
    int events = 0;
    boolean last = false;
    while (!last) {
      last = left.get() == 0;
      List<String> texts = taken(handOver);
      for (String text : texts) {
        String topic = text.substring(0, 2);
        int number = Integer.parseInt(text.substring(3));
        if (text.charAt(2) == '=') {
          events++;
          assertThat(explained.merge(topic, 1, Integer::sum)).isEqualTo(number);
        } else {
          explained.merge(topic, number, Integer::sum);
        }
      }
      if (texts.isEmpty() && !last) {
        handOver.await(Long.MAX_VALUE);
      }
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    assertThat(explained).isEqualTo(Map.of("t0", perThread, "t1", perThread, "t2", perThread));
    assertThat(handOver.eventsLost()).isEqualTo(3L * perThread - events);
  }
}
