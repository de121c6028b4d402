package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Pattern;
import dev.carillon.hub.TopicTree.Change;
import java.util.ArrayList;
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

final class TopicTreeTest {
  private static final List<String> TOPICS =
      List.of("a", "b", "a.a", "a.b", "b.a", "a.b.a", "a.b.b", "b.b.b.b", "c", "a.c");

  /** One value asks for a pattern, or no longer does. */
  record Wish(boolean wanted, String pattern, int value) {}

  private record Held(Pattern pattern, int value) {}

  private static <T> List<T> matches(TopicTree<T> tree, String topic) {
    List<T> found = new ArrayList<>();
    tree.forEachMatch(topic, found::add);
    return found;
  }

  @Test
  void saysWhatAChangeDid() {
    for (String text : List.of("a.b", "a.*", ">")) {
      TopicTree<String> tree = new TopicTree<>();
      Pattern pattern = new Pattern(text);
      assertThat(tree.remove(pattern, "x")).isEqualTo(Change.NONE);
      assertThat(tree.add(pattern, "x")).isEqualTo(Change.FIRST);
      assertThat(tree.add(pattern, "x")).isEqualTo(Change.NONE);
      assertThat(tree.add(pattern, "y")).isEqualTo(Change.OTHER);
      assertThat(tree.add(pattern, "y")).isEqualTo(Change.NONE);
      assertThat(tree.remove(pattern, "z")).isEqualTo(Change.NONE);
      assertThat(tree.remove(pattern, "x")).isEqualTo(Change.OTHER);
      assertThat(tree.remove(pattern, "x")).isEqualTo(Change.NONE);
      assertThat(tree.remove(pattern, "y")).isEqualTo(Change.LAST);
      assertThat(tree.isEmpty()).isTrue();
    }
  }

  @Test
  void givesAValueOnceForEachOfItsPatternsThatMatch() {
    TopicTree<String> tree = new TopicTree<>();
    for (String pattern : List.of("a.b", "a.*", "*.b", "a.>", ">", "*.*", "b.>", "a.b.>")) {
      tree.add(new Pattern(pattern), "x");
    }
    assertThat(matches(tree, "a.b")).hasSize(6);
    assertThat(tree.size()).isEqualTo(8);
  }

  /** Compared with a list of all wishes and {@link Pattern#matches}. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void holdsAndFindsWhatAListWould(@ForAll("wishes") List<Wish> wishes) {
    TopicTree<Integer> tree = new TopicTree<>();
    Set<Held> held = new LinkedHashSet<>();
    for (Wish wish : wishes) {
      Pattern pattern = new Pattern(wish.pattern);
      long before = underPattern(held, pattern);
      Held one = new Held(pattern, wish.value);
      boolean changed = wish.wanted ? held.add(one) : held.remove(one);
      Change expected = expected(changed, before, underPattern(held, pattern));
      Change change =
          wish.wanted ? tree.add(pattern, wish.value) : tree.remove(pattern, wish.value);
      assertThat(change).isEqualTo(expected);
      assertThat(tree.size()).isEqualTo((int) held.stream().map(Held::pattern).distinct().count());
      assertThat(tree.isEmpty()).isEqualTo(held.isEmpty());
    }
    for (String topic : TOPICS) {
      assertThat(matches(tree, topic))
          .containsExactlyInAnyOrderElementsOf(
              held.stream().filter(h -> h.pattern.matches(topic)).map(Held::value).toList());
    }
    held.forEach(one -> tree.remove(one.pattern, one.value));
    assertThat(tree.isEmpty()).isTrue();
    assertThat(tree.nodes()).as("nodes left in an empty tree").isZero();
  }

  private static long underPattern(Set<Held> held, Pattern pattern) {
    return held.stream().filter(one -> one.pattern.equals(pattern)).count();
  }

  private static Change expected(boolean changed, long before, long after) {
    if (!changed) {
      return Change.NONE;
    }
    return before == 0 ? Change.FIRST : after == 0 ? Change.LAST : Change.OTHER;
  }

  @Provide
  Arbitrary<List<Wish>> wishes() {
    Arbitrary<String> pattern =
        Arbitraries.of("a", "b", "*")
            .list()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(tokens -> String.join(".", tokens))
            .flatMap(text -> Arbitraries.of(text, text, text + ".>", ">"));
    return Combinators.combine(
            Arbitraries.of(true, true, false), pattern, Arbitraries.integers().between(1, 4))
        .as(Wish::new)
        .list()
        .ofMaxSize(60);
  }
}
