package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class PendingGapsTest {

  private static List<Gap> drained(PendingGaps gaps) {
    List<Gap> drained = new ArrayList<>();
    gaps.drain(drained::add);
    assertThat(gaps.isEmpty()).isTrue();
    assertThat(gaps.events()).isZero();
    return drained;
  }

  @Test
  void countsByTopicAndReasonInTheOrderOfTheFirstLoss() {
    PendingGaps gaps = new PendingGaps(10);
    gaps.add("b", GapReason.OVERLOAD, 2);
    gaps.add("a", GapReason.QUEUE_FULL, 1);
    gaps.add("b", GapReason.QUEUE_FULL, 3);
    gaps.add("b", GapReason.OVERLOAD, 5);
    assertThat(gaps.events()).isEqualTo(11);
    assertThat(drained(gaps))
        .containsExactly(
            new Gap("b", 3, GapReason.QUEUE_FULL),
            new Gap("b", 7, GapReason.OVERLOAD),
            new Gap("a", 1, GapReason.QUEUE_FULL));
  }

  @Test
  void oneTopicAtMostMeansThatAllAreCountedTogether() {
    PendingGaps gaps = new PendingGaps(1);
    gaps.add("a", GapReason.OVERLOAD, 2);
    gaps.add("b", GapReason.OVERLOAD, 3);
    assertThat(gaps.precedes("c")).isTrue();
    assertThat(drained(gaps)).containsExactly(new Gap(">", 5, GapReason.OVERLOAD));
    assertThat(gaps.precedes("c")).isFalse();
  }

  @Test
  void aTopicThatHasItsPlaceKeepsItWhenOthersAreCountedTogether() {
    PendingGaps gaps = new PendingGaps(2);
    gaps.add("a", GapReason.OVERLOAD, 1);
    gaps.add("b", GapReason.OVERLOAD, 1);
    gaps.add("a", GapReason.OVERLOAD, 1);
    gaps.add("c", GapReason.OVERLOAD, 1);
    assertThat(drained(gaps))
        .containsExactly(new Gap("a", 2, GapReason.OVERLOAD), new Gap(">", 2, GapReason.OVERLOAD));
  }

  @Test
  void mayBeAddedToWhileItIsDrained() {
    PendingGaps gaps = new PendingGaps(10);
    gaps.add("a", GapReason.OVERLOAD, 1);
    gaps.add("b", GapReason.OVERLOAD, 1);
    List<Gap> drained = new ArrayList<>();
    gaps.drain(
        gap -> {
          drained.add(gap);
          if (drained.size() == 1) {
            gaps.add("c", GapReason.OVERLOAD, 1);
            gaps.add("b", GapReason.OVERLOAD, 1);
          }
        });
    assertThat(drained)
        .containsExactly(
            new Gap("a", 1, GapReason.OVERLOAD),
            new Gap("b", 2, GapReason.OVERLOAD),
            new Gap("c", 1, GapReason.OVERLOAD));
  }

  @Property(tries = 200)
  void doesWhatItsModelDoes(
      @ForAll @IntRange(min = 1, max = 4) int maxTopics, @ForAll("gaps") List<Gap> added) {
    PendingGaps gaps = new PendingGaps(maxTopics);
    GapsModel model = new GapsModel(maxTopics);
    for (Gap gap : added) {
      gaps.add(gap);
      model.add(gap);
      assertThat(gaps.maxGaps()).isEqualTo((int) model.maxGaps());
      for (String topic : List.of("a", "b", "z", ">")) {
        assertThat(gaps.precedes(topic)).isEqualTo(model.precedes(topic));
      }
    }
    for (Gap gap : drained(gaps)) {
      assertThat(gap).isEqualTo(model.poll());
    }
    assertThat(model.isEmpty()).isTrue();
  }

  @Provide
  Arbitrary<List<Gap>> gaps() {
    return Combinators.combine(
            Arbitraries.of("a", "b", "c", "d", "e", ">"),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(GapReason.class))
        .as(Gap::new)
        .list()
        .ofMaxSize(12);
  }
}
