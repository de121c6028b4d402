package dev.carillon.publish;

import dev.carillon.event.ErrorCode;
import java.util.List;

/** What became of a publish. */
public sealed interface PublishOutcome {

  /**
   * The events are as safe as their topics promise.
   *
   * @param eventIds in the order of the requests; a repeat has the id of the first one
   */
  record Published(List<String> eventIds) implements PublishOutcome {}

  /** Nothing was published. */
  record Refused(ErrorCode code, String message) implements PublishOutcome {}
}
