package dev.carillon.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatternTest {

  @ParameterizedTest
  @CsvSource({
    "a,        a,         true",
    "a,        aa,        false",
    "aa,       a,         false",
    "a.b,      a.b,       true",
    "a.b,      a.bb,      false",
    "a.b,      a.b.c,     false",
    "a.b.c,    a.b,       false",
    "*,        a,         true",
    "*,        a.b,       false",
    "*.b,      a.b,       true",
    "*.b,      a.b.b,     false",
    "a.*.c,    a.b.c,     true",
    "a.*.c,    a.b.b.c,   false",
    ">,        a,         true",
    ">,        a.b.c,     true",
    "a.>,      a,         false",
    "a.>,      a.b,       true",
    "a.>,      a.b.c,     true",
    "a.>,      ab.c,      false",
    "*.>,      a,         false",
    "*.>,      a.b,       true",
    "A,        a,         false"
  })
  void matchesTokenByToken(String pattern, String topic, boolean expected) {
    assertThat(new Pattern(pattern).matches(topic)).isEqualTo(expected);
  }

  @Property(tries = 500)
  void matchesAsTheNaiveReadingDoes(
      @ForAll("patterns") String pattern, @ForAll("topics") String topic) {
    assertThat(new Pattern(pattern).matches(topic))
        .isEqualTo(naive(List.of(pattern.split("\\.", -1)), List.of(topic.split("\\.", -1))));
  }

  @Provide
  Arbitrary<String> topics() {
    return tokens("a", "b", "ab", "aa");
  }

  @Provide
  Arbitrary<String> patterns() {
    return tokens("a", "b", "ab", "*").flatMap(text -> Arbitraries.of(text, text + ".>"));
  }

  private static Arbitrary<String> tokens(String... tokens) {
    return Arbitraries.of(tokens)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(list -> String.join(".", list));
  }

  private static boolean naive(List<String> pattern, List<String> topic) {
    if (pattern.isEmpty() || topic.isEmpty()) {
      return pattern.isEmpty() && topic.isEmpty();
    }
    if (pattern.get(0).equals(">")) {
      return true;
    }
    return (pattern.get(0).equals("*") || pattern.get(0).equals(topic.get(0)))
        && naive(pattern.subList(1, pattern.size()), topic.subList(1, topic.size()));
  }

  @ParameterizedTest
  @CsvSource({
    "a.b, a.b, true",
    "a.*, a.b, true",
    "a.>, *.b, true",
    ">, a, true",
    "a.>, a, false",
    "a.*, b.*, false",
    "a.b, a.b.c, false",
    "a.*.c, a.b.*, true",
    "a.*.c, a.b.d, false",
    "*.*, a.>, true"
  })
  void patternsOverlapWhereOneTopicMatchesBoth(String one, String other, boolean overlap) {
    assertThat(new Pattern(one).overlaps(new Pattern(other))).isEqualTo(overlap);
    assertThat(new Pattern(other).overlaps(new Pattern(one))).isEqualTo(overlap);
  }
}
