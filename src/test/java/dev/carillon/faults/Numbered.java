package dev.carillon.faults;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * What an event of the harness says about itself.
 *
 * @param publisher who published it
 * @param session which of its connections it first went through: within one, numbers come in order
 * @param topic where
 * @param number one more than the last one of this publisher and topic
 */
record Numbered(String publisher, int session, String topic, long number) {
  /** Events of many sizes, and enough of them to fill what is bounded. */
  private static final int MOST_FILLING = 1500;

  /** The same under every retry. */
  JsonObject toData() {
    return new JsonObject()
        .put("p", publisher)
        .put("s", session)
        .put("n", number)
        .put("filling", "x".repeat((int) (number * 37 % MOST_FILLING)));
  }

  /** Nothing if the data is none of the harness's. */
  static Optional<Numbered> of(String topic, Object data) {
    if (data instanceof JsonObject object
        && object.getValue("p") instanceof String publisher
        && object.getValue("s") instanceof Integer session
        && object.getValue("n") instanceof Number number) {
      return Optional.of(new Numbered(publisher, session, topic, number.longValue()));
    }
    return Optional.empty();
  }

  /** The same under every retry. */
  String eventId() {
    return publisher + "-" + topic + "-" + number;
  }

  /** Whose numbers increase on one topic. */
  Source source() {
    return new Source(publisher, session, topic);
  }

  /** One connection's events of one topic. */
  record Source(String publisher, int session, String topic) {}

  @Override
  public String toString() {
    return publisher + "/" + session + " " + topic + " #" + number;
  }
}
