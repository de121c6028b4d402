package dev.carillon.publish;

import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import java.util.Optional;

/**
 * What a client wants published; checked against the grammar and the size limits already.
 *
 * @param eventId the publisher's own id, by which a repeat is known
 */
public record PublishRequest(
    Topic topic, EventData data, Optional<String> key, Optional<String> eventId) {

  /** Room for the parts of an event's frame that every event has. */
  private static final int ENVELOPE_BYTES = 160;

  /** About what the event will take in memory. */
  long bytes() {
    return ENVELOPE_BYTES
        + (long) topic.name().length()
        + key.map(String::length).orElse(0)
        + data.json().length;
  }
}
