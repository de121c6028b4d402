package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * One topic or pattern as lists show it.
 *
 * @param id its text
 * @param pattern whether it has wildcards
 * @param subscribers whom a topic's events reach; of a pattern, who asked for it
 * @param recentEvents published to a topic in the last {@link TopicRates#SECONDS} seconds
 */
record TopicView(String id, boolean pattern, long subscribers, long recentEvents) {

  /** The same topic over more gateways. */
  TopicView plus(TopicView other) {
    return new TopicView(
        id, pattern, subscribers + other.subscribers, recentEvents + other.recentEvents);
  }

  boolean isInUse() {
    return subscribers > 0 || recentEvents > 0;
  }

  void writeFields(JsonGenerator json) throws IOException {
    json.writeStringField("topic", id);
    json.writeNumberField("subscribers", subscribers);
    // Events are published to topics: a pattern has no rate of its own.
    if (!pattern) {
      json.writeNumberField("rate", (double) recentEvents / TopicRates.SECONDS);
    }
  }
}
