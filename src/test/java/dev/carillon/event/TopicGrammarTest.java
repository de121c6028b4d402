package dev.carillon.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carillon.event.InvalidTopicException.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TopicGrammarTest {
  private static final String LONGEST = "a".repeat(255);
  private static final String MOST_TOKENS = "a" + ".a".repeat(15);

  /** A text outside the grammar and what its message says is wrong. */
  record Offence(String text, String problem) {}

  static List<Offence> offencesOfBoth() {
    return List.of(
        new Offence("", "is empty"),
        new Offence(LONGEST + "a", "is longer than 255 characters"),
        new Offence(MOST_TOKENS + ".a", "has more than 16 tokens"),
        new Offence(".", "has an empty token"),
        new Offence(".a", "has an empty token"),
        new Offence("a.", "has an empty token"),
        new Offence("a..b", "has an empty token"),
        new Offence("$sys.load", "begins with '$', the server's own"),
        new Offence("a.$sys", "holds '$'"),
        new Offence("a b", "holds U+0020"),
        new Offence("a\nb", "holds U+000A"),
        new Offence("a\u007fb", "holds U+007F"),
        new Offence("größe", "holds U+00F6"),
        new Offence("a.\ud83d\ude00", "holds U+D83D"),
        new Offence("a/b", "holds '/'"),
        new Offence("a,b", "holds ','"),
        new Offence("a\"b", "holds '\"'"));
  }

  static List<Offence> offencesOfPatterns() {
    return List.of(
        new Offence("a*", "has a wildcard that is not a token of its own"),
        new Offence("*a.b", "has a wildcard that is not a token of its own"),
        new Offence("a.b>", "has a wildcard that is not a token of its own"),
        new Offence("**", "has a wildcard that is not a token of its own"),
        new Offence("*>", "has a wildcard that is not a token of its own"),
        new Offence(">.a", "has '>' before its last token"),
        new Offence("a.>.*", "has '>' before its last token"),
        new Offence("*.", "has an empty token"),
        new Offence("a b.>", "holds U+0020"),
        new Offence("$sys.>", "begins with '$', the server's own"),
        new Offence("*" + ".*".repeat(16), "has more than 16 tokens"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "orders.created", "A-Z_09:@", "a.b.c", "-", "0"})
  void takesWhatTheGrammarAllows(String text) {
    assertThat(new Topic(text).name()).isEqualTo(text);
    assertThat(new Pattern(text).isExact()).isTrue();
  }

  @Test
  void takesTheLongestAndTheDeepest() {
    assertThat(new Topic(LONGEST).toString()).hasSize(255);
    assertThat(new Topic(MOST_TOKENS).toString()).isEqualTo(MOST_TOKENS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", ">", "a.*", "*.a", "a.>", "*.*.>", "a.*.b.>"})
  void takesWildcardsInPatternsOnly(String text) {
    assertThat(new Pattern(text).isExact()).isFalse();
    InvalidTopicException refused =
        catchThrowableOfType(InvalidTopicException.class, () -> new Topic(text));
    assertThat(refused.kind()).isEqualTo(Kind.TOPIC);
    assertThat(refused)
        .hasMessage(
            "topic \"%s\" holds a wildcard, which only a pattern may; allowed: 1 to 16 tokens of"
                + " A-Z a-z 0-9 _ - : @ joined by dots, at most 255 characters",
            text);
  }

  @ParameterizedTest
  @MethodSource("offencesOfBoth")
  void refusesTopicsOutsideTheGrammarAndSaysWhy(Offence offence) {
    InvalidTopicException refused =
        catchThrowableOfType(InvalidTopicException.class, () -> new Topic(offence.text));
    assertThat(refused.kind()).isEqualTo(Kind.TOPIC);
    assertThat(refused)
        .hasMessageStartingWith("topic \"")
        .hasMessageContaining("\" " + offence.problem + "; allowed: 1 to 16 tokens");
  }

  @ParameterizedTest
  @MethodSource("offencesOfBoth")
  void callsABadSubscriptionWithoutWildcardsABadTopic(Offence offence) {
    InvalidTopicException refused =
        catchThrowableOfType(InvalidTopicException.class, () -> new Pattern(offence.text));
    assertThat(refused.kind()).isEqualTo(Kind.TOPIC);
    assertThat(refused).hasMessageContaining(offence.problem);
  }

  @ParameterizedTest
  @MethodSource("offencesOfPatterns")
  void refusesPatternsOutsideTheGrammarAndSaysWhy(Offence offence) {
    InvalidTopicException refused =
        catchThrowableOfType(InvalidTopicException.class, () -> new Pattern(offence.text));
    assertThat(refused.kind()).isEqualTo(Kind.PATTERN);
    assertThat(refused)
        .hasMessage(
            "pattern \"%s\" %s; allowed: a topic in which * stands for one token and a last > for"
                + " one or more",
            offence.text, offence.problem);
  }

  @Test
  void showsNoMoreOfABadTextThanIsFitToPrint() {
    String hostile = "\u001b[2J\"" + "é".repeat(300);
    assertThat(catchThrowableOfType(InvalidTopicException.class, () -> new Topic(hostile)))
        .hasMessageStartingWith("topic \"?[2J?" + "?".repeat(59) + "…\" is longer than");
  }
}
