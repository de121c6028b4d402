package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.config.ConfigLoader;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import dev.carillon.event.InvalidTopicException;
import dev.carillon.event.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The schema's form of a pattern is the grammar of the event package. */
class TopicRuleMatchTest {

  @Provide
  Arbitrary<String> matches() {
    Arbitrary<String> token =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.of("a", "*", "B_1", "-:@")),
            Tuple.of(1, Arbitraries.of(">", "", "a*", "$", "é", "a b", "\n")));
    return token.list().ofMinSize(1).ofMaxSize(18).map(tokens -> String.join(".", tokens));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void ruleTakesExactlyWhatIsAPattern(@ForAll("matches") String match) {
    assertThat(isTaken(match)).isEqualTo(isPattern(match));
  }

  @Example
  void longestPatternIsTakenAndALongerOneIsNot() {
    String longest = "a".repeat(253) + ".>";

    assertThat(isTaken(longest)).isEqualTo(isPattern(longest)).isTrue();
    assertThat(isTaken("a" + longest)).isEqualTo(isPattern("a" + longest)).isFalse();
  }

  private static boolean isTaken(String match) {
    return ConfigLoader.load(ConfigSources.NONE.set("topics.0.match=" + match))
        instanceof ConfigOutcome.Accepted;
  }

  private static boolean isPattern(String text) {
    try {
      return new Pattern(text).text().equals(text);
    } catch (InvalidTopicException e) {
      return false;
    }
  }
}
