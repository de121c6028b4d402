package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Pattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class InterestTableTest {
  private static final List<String> TOPICS = List.of("a", "b", "a.a", "a.b", "b.a.a");
  private static final List<String> PATTERNS = List.of("a", "a.a", "*", "a.*", "a.>", ">");

  enum Kind {
    ADD,
    REMOVE,
    REMOVE_ALL
  }

  record Step(Kind kind, String consumer, String pattern) {}

  private record Wish(String consumer, Pattern pattern) {}

  @Test
  void aConsumerIsOnARouteOnce() {
    InterestTable<String> table = new InterestTable<>();
    table.add("x", new Pattern("a.b"));
    table.add("x", new Pattern("a.*"));
    table.add("x", new Pattern(">"));
    table.add("x", new Pattern(">"));
    assertThat(table.route("a.b")).containsExactly("x");
    assertThat(table.size()).isEqualTo(3);
  }

  @Test
  void moreTopicsThanItRemembersCostNothingButWork() {
    InterestTable<String> table = new InterestTable<>();
    table.add("x", new Pattern("*.last"));
    for (int i = 0; i < 17_000; i++) {
      assertThat(table.route("t" + i)).isEmpty();
    }
    assertThat(table.route("a.last")).containsExactly("x");
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void routesAreWhatAListWouldSay(@ForAll("steps") List<Step> steps) {
    InterestTable<String> table = new InterestTable<>();
    Set<Wish> wishes = new LinkedHashSet<>();
    for (Step step : steps) {
      Pattern pattern = new Pattern(step.pattern);
      switch (step.kind) {
        case ADD -> {
          table.add(step.consumer, pattern);
          wishes.add(new Wish(step.consumer, pattern));
        }
        case REMOVE -> {
          table.remove(step.consumer, pattern);
          wishes.remove(new Wish(step.consumer, pattern));
        }
        case REMOVE_ALL -> {
          table.removeAll(step.consumer);
          wishes.removeIf(wish -> wish.consumer.equals(step.consumer));
        }
      }
      for (String topic : TOPICS) {
        assertThat(table.route(topic))
            .doesNotHaveDuplicates()
            .containsExactlyInAnyOrderElementsOf(
                wishes.stream()
                    .filter(wish -> wish.pattern.matches(topic))
                    .map(Wish::consumer)
                    .distinct()
                    .toList());
      }
      assertThat(table.size())
          .isEqualTo((int) wishes.stream().map(Wish::pattern).distinct().count());
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Kind.ADD, Kind.ADD, Kind.ADD, Kind.REMOVE, Kind.REMOVE, Kind.REMOVE_ALL),
            Arbitraries.of("x", "y", "z"),
            Arbitraries.of(PATTERNS))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }
}
