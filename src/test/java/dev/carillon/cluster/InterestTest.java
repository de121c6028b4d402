package dev.carillon.cluster;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.cluster.Interest.Changes;
import dev.carillon.event.Pattern;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class InterestTest {
  private static final Pattern A = new Pattern("a");
  private static final Pattern B = new Pattern("b.>");

  /** One wish, told from another for the same pattern. */
  private static final class Wish {
    final Pattern pattern;

    Wish(Pattern pattern) {
      this.pattern = pattern;
    }
  }

  private final Interest interest = new Interest();

  @Test
  void allChangesOfATickGoTogetherUnderOneNumber() {
    Future<Void> a = interest.add(A);
    Future<Void> b = interest.add(B);
    assertThat(interest.hasChanges()).isTrue();
    assertThat(interest.take()).isEqualTo(new Changes(1, List.of(A, B), List.of()));
    assertThat(interest.hasChanges()).isFalse();
    assertThat(a.isComplete() || b.isComplete()).isFalse();
    interest.acknowledged(1);
    assertThat(a.succeeded() && b.succeeded()).isTrue();
  }

  @Test
  void aWishThatIsInForceIsGrantedAtOnce() {
    interest.add(A);
    interest.take();
    interest.acknowledged(1);
    assertThat(interest.add(A).succeeded()).isTrue();
    assertThat(interest.hasChanges()).isFalse();
  }

  @Test
  void aWishWaitsForAnEarlierOneThatIsStillOnItsWay() {
    interest.add(A);
    interest.take();
    Future<Void> second = interest.add(A);
    assertThat(interest.hasChanges()).isFalse();
    assertThat(second.isComplete()).isFalse();
    interest.acknowledged(1);
    assertThat(second.succeeded()).isTrue();
  }

  @Test
  void onlyTheLastOfSeveralEndsAWish() {
    interest.add(A);
    interest.add(A);
    interest.take();
    interest.remove(A);
    assertThat(interest.hasChanges()).isFalse();
    interest.remove(A);
    assertThat(interest.take()).isEqualTo(new Changes(2, List.of(), List.of(A)));
    assertThat(interest.size()).isZero();
  }

  @Test
  void aWishThatComesBackWithinATickIsNeverInterrupted() {
    interest.add(A);
    interest.take();
    interest.acknowledged(1);
    interest.remove(A);
    Future<Void> again = interest.add(A);
    assertThat(interest.take()).isEqualTo(new Changes(2, List.of(A), List.of()));
    assertThat(again.isComplete()).isFalse();
    interest.acknowledged(2);
    assertThat(again.succeeded()).isTrue();
  }

  @Test
  void closingFailsWhoWaits() {
    Future<Void> wish = interest.add(A);
    interest.close();
    assertThat(wish.failed()).isTrue();
    interest.acknowledged(1);
  }

  /** One who applies the changes has exactly the wishes, and has them before a future says so. */
  @Property(tries = 200)
  void whoAppliesTheChangesHasTheWishes(@ForAll("steps") List<Integer> steps) {
    Interest wishes = new Interest();
    List<String> texts = List.of("a", "b", "c");
    Set<Pattern> applied = new HashSet<>();
    List<Wish> wished = new ArrayList<>();
    List<Changes> onTheirWay = new ArrayList<>();
    for (int step : steps) {
      Pattern pattern = new Pattern(texts.get(step % 3));
      if (step < 3) {
        Wish wish = new Wish(pattern);
        wished.add(wish);
        wishes
            .add(pattern)
            .onSuccess(
                done -> assertThat(applied.contains(pattern) || !wished.contains(wish)).isTrue());
      } else if (step < 6) {
        wished.stream()
            .filter(wish -> wish.pattern.equals(pattern))
            .findFirst()
            .ifPresent(
                wish -> {
                  wished.remove(wish);
                  wishes.remove(pattern);
                });
      } else if (step < 8) {
        if (wishes.hasChanges()) {
          onTheirWay.add(wishes.take());
        }
      } else if (!onTheirWay.isEmpty()) {
        apply(onTheirWay.remove(0), applied, wishes);
      }
    }
    if (wishes.hasChanges()) {
      onTheirWay.add(wishes.take());
    }
    onTheirWay.forEach(changes -> apply(changes, applied, wishes));
    assertThat(applied).isEqualTo(wished.stream().map(wish -> wish.pattern).collect(toSet()));
    assertThat(wishes.size()).isEqualTo(applied.size());
  }

  private static void apply(Changes changes, Set<Pattern> applied, Interest wishes) {
    applied.addAll(changes.added());
    changes.removed().forEach(applied::remove);
    wishes.acknowledged(changes.number());
  }

  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(0, 9).list().ofMaxSize(60);
  }
}
