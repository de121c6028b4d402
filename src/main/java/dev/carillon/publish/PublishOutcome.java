package dev.carillon.publish;

import dev.carillon.event.ErrorCode;
import java.util.List;

/** What became of a publish. */
public sealed interface PublishOutcome {

  /**
   * The events are as safe as their topics promise.
   *
   * @param events in the order of the requests
   */
  record Published(List<PublishedEvent> events) implements PublishOutcome {}

  /** Nothing was published. */
  record Refused(ErrorCode code, String message) implements PublishOutcome {}
}
