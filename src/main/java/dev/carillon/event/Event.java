package dev.carillon.event;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Something that happened, published to a topic.
 *
 * @param id unique; 1 to 64 characters
 * @param timeMillis when the node took it, in milliseconds since the Unix epoch
 * @param key what the event is about, 1 to 255 characters: conflation keeps the newest per key
 * @param position its place in the history of its topic; empty where the topic keeps none
 */
public record Event(
    Topic topic,
    String id,
    long timeMillis,
    Optional<String> key,
    EventData data,
    Optional<Position> position) {

  /** The longest id, in characters. */
  public static final int MAX_ID_LENGTH = 64;

  /** The longest key, in characters. */
  public static final int MAX_KEY_LENGTH = 255;

  /**
   * @throws IllegalArgumentException when the id or the key is empty or too long
   */
  public Event {
    checkLength("id", id, MAX_ID_LENGTH);
    if (key.isPresent()) {
      checkLength("key", key.get(), MAX_KEY_LENGTH);
    }
  }

  /** An event without a place in a history. */
  public Event(Topic topic, String id, long timeMillis, Optional<String> key, EventData data) {
    this(topic, id, timeMillis, key, data, Optional.empty());
  }

  /**
   * An event that happens now, with a new id.
   *
   * @throws InvalidTopicException when the topic is outside the grammar
   */
  public static Event of(String topic, EventData data) {
    long now = System.currentTimeMillis();
    String id = new EventIds(ThreadLocalRandom.current()).next(now);
    return new Event(new Topic(topic), id, now, Optional.empty(), data);
  }

  /**
   * The same event with a key.
   *
   * @throws IllegalArgumentException when the key is empty or longer than 255 characters
   */
  public Event withKey(String newKey) {
    return new Event(topic, id, timeMillis, Optional.of(newKey), data, position);
  }

  /** The same event at its place in the history of its topic. */
  public Event at(Position place) {
    return new Event(topic, id, timeMillis, key, data, Optional.of(place));
  }

  private static void checkLength(String what, String text, int most) {
    if (text.isEmpty() || text.length() > most) {
      throw new IllegalArgumentException(
          what + " of " + text.length() + " characters; allowed: 1 to " + most);
    }
  }
}
