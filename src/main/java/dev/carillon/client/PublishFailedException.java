package dev.carillon.client;

import java.util.List;

/** A publish that was refused, or given up after its last attempt. */
public final class PublishFailedException extends CarillonException {
  private static final long serialVersionUID = 1L;

  private final String topic;
  private final transient List<String> eventIds;
  private final int attempts;

  PublishFailedException(
      CarillonException reason, String topic, List<String> eventIds, int attempts) {
    super(reason.code(), reason.getMessage() + attemptsText(attempts), reason.isRetryable());
    this.topic = topic;
    this.eventIds = eventIds;
    this.attempts = attempts;
    initCause(reason);
  }

  private static String attemptsText(int attempts) {
    return attempts > 1 ? " (given up after " + attempts + " attempts)" : "";
  }

  /** The topic; of a batch, its first event's. */
  public String topic() {
    return topic;
  }

  /** The ids of the events. Publishing again under the same ids can't publish twice. */
  public List<String> eventIds() {
    return eventIds;
  }

  /** How often it was tried; 0 when the client had no room for it. */
  public int attempts() {
    return attempts;
  }
}
