package dev.carillon.cluster;

import static dev.carillon.cluster.Frames.frame;
import static dev.carillon.cluster.Frames.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class LinkTest {
  private static final int SIZE = frame("a", 1).size();

  private final List<EventBatch> sent = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();

  private Link link(long maxBytes) {
    return new Link(sent::add, maxBytes);
  }

  @Test
  void batchesAreNumberedAndHeldUntilTheyAreAcknowledged() {
    Link link = link(10L * SIZE);
    assertThat(link.offer(frames("a", 1, 2), () -> taken.add("first"))).isTrue();
    assertThat(link.offer(frames("a", 3), () -> taken.add("second"))).isTrue();
    assertThat(sent).extracting(EventBatch::number).containsExactly(1L, 2L);
    assertThat(sent).allSatisfy(batch -> assertThat(batch.gaps()).isEmpty());
    assertThat(link.bytesInFlight()).isEqualTo(3L * SIZE);
    link.acknowledged(1);
    assertThat(taken).containsExactly("first");
    assertThat(link.bytesInFlight()).isEqualTo(SIZE);
    link.acknowledged(1);
    link.acknowledged(2);
    assertThat(taken).containsExactly("first", "second");
    assertThat(link.bytesInFlight()).isZero();
    assertThat(sent).hasSize(2);
  }

  @Test
  void oneAcknowledgementIsForAllUpToItsNumber() {
    Link link = link(10L * SIZE);
    for (int i = 1; i <= 3; i++) {
      String name = "batch " + i;
      link.offer(frames("a", i), () -> taken.add(name));
    }
    link.acknowledged(2);
    assertThat(taken).containsExactly("batch 1", "batch 2");
  }

  @Test
  void whatFindsTheLinkFullIsDroppedAndAnnouncedWithTheNextBatch() {
    Link link = link(2L * SIZE);
    link.offer(frames("a", 1), null);
    assertThat(link.offer(frames("b", 1, 2), () -> taken.add("dropped"))).isFalse();
    assertThat(link.offer(frames("a", 2), null)).isTrue();
    assertThat(sent.get(1).gaps()).containsExactly(new Gap("b", 2, GapReason.OVERLOAD));
    assertThat(link.eventsLost()).isEqualTo(2);
    link.close();
    assertThat(taken).isEmpty();
  }

  @Test
  void aLossIsAnnouncedAsSoonAsThereIsRoomWithoutAnotherEvent() {
    Link link = link(SIZE);
    link.offer(frames("a", 1), null);
    link.offer(frames("a", 2), null);
    link.acknowledged(1);
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).frames()).isEmpty();
    assertThat(sent.get(1).gaps()).containsExactly(new Gap("a", 1, GapReason.OVERLOAD));
    link.acknowledged(2);
    assertThat(sent).hasSize(2);
  }

  @Test
  void oneBatchFitsAnIdleLinkHoweverLargeItIs() {
    Link link = link(1);
    assertThat(link.offer(frames("a", 1, 2, 3), null)).isTrue();
    assertThat(link.offer(frames("a", 4), null)).isFalse();
  }

  @Test
  void lossesOfMoreTopicsThanAreToldApartAreCountedTogether() {
    Link link = link(SIZE);
    link.offer(frames("a", 1), null);
    for (int i = 0; i < 2000; i++) {
      link.offer(frames("t" + i, i), null);
    }
    link.acknowledged(1);
    List<Gap> gaps = sent.get(1).gaps();
    assertThat(gaps).hasSize(1024).endsWith(new Gap(">", 2000 - 1023, GapReason.OVERLOAD));
  }

  @Test
  void aClosedLinkSendsNothingMore() {
    Link link = link(SIZE);
    link.offer(frames("a", 1), () -> taken.add("on its way"));
    link.offer(frames("a", 2), () -> taken.add("dropped"));
    link.close();
    assertThat(taken).containsExactly("on its way");
    assertThat(sent).hasSize(1);
    assertThat(link.bytesInFlight()).isZero();
  }

  /** Whatever the pace, the far side can explain every number of every topic, in its place. */
  @Property(tries = 200)
  void theFarSideKnowsExactlyWhatIsMissingAndWhere(
      @ForAll @IntRange(min = 1, max = 6) int room, @ForAll("steps") List<Integer> steps) {
    sent.clear();
    Link link = link((long) room * SIZE);
    Map<String, Integer> published = new HashMap<>();
    long acknowledged = 0;
    for (int step : steps) {
      if (step == 0) {
        acknowledged = Math.min(acknowledged + 1, sent.size());
        link.acknowledged(acknowledged);
      } else {
        String topic = step % 2 == 0 ? "a" : "b";
        List<EventFrame> batch = new ArrayList<>();
        for (int i = 0; i < (step + 1) / 2; i++) {
          batch.add(frame(topic, published.merge(topic, 1, Integer::sum)));
        }
        link.offer(batch, null);
      }
    }
    link.acknowledged(sent.size());
    assertThat(explained()).isEqualTo(published);
  }

  /** Reads all batches; the last number of each topic that is explained by an event or a gap. */
  private Map<String, Integer> explained() {
    Map<String, Integer> explained = new HashMap<>();
    long number = 0;
    for (EventBatch batch : sent) {
      assertThat(batch.number()).isEqualTo(++number);
      batch.gaps().forEach(gap -> explained.merge(gap.topic(), (int) gap.count(), Integer::sum));
      for (EventFrame frame : batch.frames()) {
        assertThat(explained.merge(frame.topic(), 1, Integer::sum)).isEqualTo(Frames.number(frame));
      }
    }
    return explained;
  }

  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.frequency(
            net.jqwik.api.Tuple.of(2, 0),
            net.jqwik.api.Tuple.of(1, 1),
            net.jqwik.api.Tuple.of(1, 2),
            net.jqwik.api.Tuple.of(1, 3),
            net.jqwik.api.Tuple.of(1, 6))
        .list()
        .ofMaxSize(60);
  }
}
