package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/stream}: Server-Sent Events. */
final class EventStreamDoor {
  private final Gateway gateway;
  private final ConnectionDeadlines deadlines;
  private final Cors cors;

  EventStreamDoor(Gateway gateway, ConnectionDeadlines deadlines, Cors cors) {
    this.gateway = gateway;
    this.deadlines = deadlines;
    this.cors = cors;
  }

  void accept(HttpServerRequest request) throws ProblemException, RefusedException {
    List<Pattern> patterns = patterns(request);
    Place place = place(request);
    EventStreamSession session =
        new Opening(Doors.wishedId(request), Doors.isTakeover(request)).session();
    session.open(output(request, session), patterns, place.wish(), place.lost(patterns));
  }

  /**
   * Where the stream goes on.
   *
   * @param wish where to begin in histories
   * @param isLost whether it was somewhere and nobody knows where
   */
  private record Place(HistoryWish wish, boolean isLost) {
    List<Gap> lost(List<Pattern> patterns) {
      return isLost
          ? patterns.stream()
              .map(pattern -> new Gap(pattern.text(), Gap.UNKNOWN, GapReason.HISTORY_LOST))
              .toList()
          : List.of();
    }
  }

  private static Place place(HttpServerRequest request) throws ProblemException {
    String header = request.getHeader("Last-Event-ID");
    String after = request.getParam("after");
    String said = header == null || header.isEmpty() ? after : header;
    if (said == null || said.isEmpty()) {
      return new Place(HistoryWish.LIVE, false);
    }
    Optional<StreamPlace.Resumed> read = StreamPlace.read(said);
    if (read.isEmpty() && said.equals(after)) {
      throw ProblemException.badRequest("after is not an id that an event stream has sent");
    }
    // A browser sends its last id again and again: it can't be helped by a refusal.
    return new Place(
        read.<HistoryWish>map(ResumeWish::new).orElse(HistoryWish.LIVE),
        read.isEmpty() || !read.get().complete());
  }

  /** Ties a claim, which can close its session, to the session, which needs its claim. */
  private final class Opening {
    private final SubscriberIds.Claim claim;
    private final boolean takeover;
    private @Nullable EventStreamSession session;

    Opening(Optional<String> wished, boolean takeover) throws ProblemException {
      this.takeover = takeover;
      claim =
          new SubscriberIds.Claim(
              wished.orElseGet(() -> "s-" + UUID.randomUUID()),
              wished.isPresent(),
              reason -> gateway.run(() -> close(reason)));
      switch (gateway.ids().claim(claim, takeover)) {
        case EXISTS ->
            throw ProblemException.of(ErrorCode.SUBSCRIBER_EXISTS, SubscriberName.IN_USE);
        case FULL -> throw ProblemException.full();
        case ADMITTED -> {}
      }
    }

    EventStreamSession session() {
      EventStreamSession made = new EventStreamSession(gateway, claim, takeover);
      session = made;
      return made;
    }

    private void close(CloseReason reason) {
      if (session != null) {
        session.close(reason);
      }
    }
  }

  private EventStreamOutput output(HttpServerRequest request, EventStreamSession session) {
    if (request.version() == HttpVersion.HTTP_1_1 && ChannelTakeover.isPossible(request)) {
      ChunkedEventStream stream =
          new ChunkedEventStream(session, gateway.writer(), cors.headers(request));
      deadlines.forget(request.connection());
      ChannelTakeover.take(
          request, Unpooled.EMPTY_BUFFER, gateway.settings().http().sendBufferBytes(), stream);
      return stream;
    }
    HttpConnection connection = request.connection();
    deadlines.streamStarted(connection);
    ResponseEventStream stream = new ResponseEventStream(request, session);
    request.response().endHandler(v -> deadlines.streamEnded(connection));
    return stream;
  }

  private List<Pattern> patterns(HttpServerRequest request)
      throws ProblemException, RefusedException {
    Set<String> topics = new LinkedHashSet<>(request.params().getAll("topic"));
    if (topics.isEmpty()) {
      throw ProblemException.badRequest("at least one topic must be given: ?topic=orders.>");
    }
    int max = gateway.settings().limits().maxTopics();
    if (topics.size() > max) {
      throw new RefusedException(
          ErrorCode.LIMIT_EXCEEDED, "more than " + max + " topics for one subscriber");
    }
    List<Pattern> patterns = new ArrayList<>(topics.size());
    for (String topic : topics) {
      patterns.add(CommandReader.pattern(topic));
    }
    return patterns;
  }
}
