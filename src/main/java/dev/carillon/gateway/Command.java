package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import dev.carillon.publish.PublishRequest;
import java.util.List;
import java.util.Optional;

/**
 * What a WebSocket client asks for in one frame.
 *
 * <p>{@code id} is the JSON text of the frame's id, to be echoed as it is.
 */
sealed interface Command {
  Optional<String> id();

  /** Changes what the client is subscribed to. */
  sealed interface OfTopics extends Command {
    List<Pattern> patterns();
  }

  /** Subscribes; {@code from} says where to begin in histories. */
  record Subscribe(Optional<String> id, List<Pattern> patterns, HistoryWish from)
      implements OfTopics {}

  record Unsubscribe(Optional<String> id, List<Pattern> patterns) implements OfTopics {}

  /** Publishes in order; {@code batch} tells how the answer is shaped. */
  record Publish(Optional<String> id, List<PublishRequest> requests, boolean batch)
      implements Command {}

  record Ping(Optional<String> id) implements Command {}
}
