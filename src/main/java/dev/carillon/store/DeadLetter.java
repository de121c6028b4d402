package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.GapReason;

/**
 * What could not be delivered to a subscriber.
 *
 * @param id ascending in the order of writing; 0 before it is written
 * @param timeMillis when it was lost, in milliseconds since the Unix epoch
 */
public record DeadLetter(
    long id, String topic, String subscriber, GapReason reason, long timeMillis, Content content) {

  /** The same with another id and content. */
  public DeadLetter with(long newId, Content newContent) {
    return new DeadLetter(newId, topic, subscriber, reason, timeMillis, newContent);
  }

  /** About what it takes to keep it. */
  long bytes() {
    long around = 100L + topic.length() + subscriber.length();
    return content instanceof Lost lost ? around + StoredBytes.of(lost.event()) : around;
  }

  /** What was lost. */
  public sealed interface Content {}

  /** An event of a topic without history. */
  public record Lost(Event event) implements Content {}

  /** Events that the history of the topic holds: no payload is kept twice. */
  public record LostRange(String epoch, long from, long to) implements Content {}
}
