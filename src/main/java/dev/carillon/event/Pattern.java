package dev.carillon.event;

import dev.carillon.event.InvalidTopicException.Kind;

/**
 * What a subscriber asks for: a topic, or a topic with wildcards. {@code *} is exactly one token; a
 * last {@code >} is one token or more.
 *
 * @param text at most 255 characters in at most 16 tokens
 */
public record Pattern(String text) {

  /**
   * @throws InvalidTopicException when the text is outside the grammar; its kind is {@code PATTERN}
   *     where the text holds a wildcard, else {@code TOPIC}
   */
  public Pattern {
    TopicGrammar.check(TopicGrammar.isWildcard(text) ? Kind.PATTERN : Kind.TOPIC, text);
  }

  /** Whether this names one topic, without wildcards. */
  public boolean isExact() {
    return !TopicGrammar.isWildcard(text);
  }

  /** Whether an event of {@code topic} is asked for. */
  public boolean matches(String topic) {
    int p = 0;
    int t = 0;
    while (true) {
      int patternEnd = endOfToken(text, p);
      if (text.charAt(p) == '>') {
        return true;
      }
      int topicEnd = endOfToken(topic, t);
      boolean anyToken = text.charAt(p) == '*';
      if (!anyToken && !text.regionMatches(p, topic, t, Math.max(patternEnd - p, topicEnd - t))) {
        return false;
      }
      boolean patternDone = patternEnd == text.length();
      boolean topicDone = topicEnd == topic.length();
      if (patternDone || topicDone) {
        return patternDone && topicDone;
      }
      p = patternEnd + 1;
      t = topicEnd + 1;
    }
  }

  /** Whether there may be a topic that both match. */
  public boolean overlaps(Pattern other) {
    String[] mine = text.split("\\.", -1);
    String[] others = other.text.split("\\.", -1);
    for (int i = 0; i < mine.length && i < others.length; i++) {
      if (mine[i].equals(">") || others[i].equals(">")) {
        return true;
      }
      if (!mine[i].equals(others[i]) && !mine[i].equals("*") && !others[i].equals("*")) {
        return false;
      }
    }
    return mine.length == others.length;
  }

  private static int endOfToken(String text, int from) {
    int dot = text.indexOf('.', from);
    return dot < 0 ? text.length() : dot;
  }

  @Override
  public String toString() {
    return text;
  }
}
