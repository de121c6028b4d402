package dev.carillon.event;

import dev.carillon.event.InvalidTopicException.Kind;

/**
 * What an event is published to: dot-separated tokens, such as {@code orders.created}.
 *
 * @param name 1 to 255 characters in 1 to 16 tokens, without wildcards
 */
public record Topic(String name) {

  /**
   * @throws InvalidTopicException when the name is outside the grammar
   */
  public Topic {
    TopicGrammar.check(Kind.TOPIC, name);
  }

  @Override
  public String toString() {
    return name;
  }
}
