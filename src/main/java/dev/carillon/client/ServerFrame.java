package dev.carillon.client;

import io.vertx.core.json.JsonArray;
import java.util.Optional;
import java.util.OptionalLong;

/** A frame from the server. */
sealed interface ServerFrame {

  record Welcome(String subscriber, String node) implements ServerFrame {}

  record Delivery(ReceivedEvent event) implements ServerFrame {}

  record Loss(ReceivedGap gap) implements ServerFrame {}

  /** The node is about to close. */
  record GoAway(String reason, long reconnectAfterMs) implements ServerFrame {}

  /** An error that belongs to no command; the connection closes next. */
  record Failure(String code, String message) implements ServerFrame {}

  /** Of a type that this client does not know: a newer server's, to be passed over. */
  record Unknown(String type) implements ServerFrame {}

  /** The answer to a command. */
  sealed interface Reply extends ServerFrame {
    long id();
  }

  record Refused(long id, String code, String message, boolean retryable) implements Reply {}

  record PublishedReply(
      long id, String eventId, OptionalLong offset, Optional<String> epoch, JsonArray events)
      implements Reply {}

  record SubscribedReply(long id, JsonArray topics, Optional<Boolean> recovered) implements Reply {}

  record UnsubscribedReply(long id) implements Reply {}

  record Pong(long id) implements Reply {}
}
