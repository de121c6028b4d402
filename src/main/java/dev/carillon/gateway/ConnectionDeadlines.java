package dev.carillon.gateway;

import io.vertx.core.http.HttpConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Closes HTTP connections that do not get on: a request that arrives too slowly, or a kept
 * connection that nobody uses. One look a second for all of them.
 */
final class ConnectionDeadlines {
  private final Map<HttpConnection, Deadline> deadlines = new HashMap<>();
  private final int requestSeconds;
  private final int idleSeconds;
  private long now;

  private static final class Deadline {
    long at;

    /** Event streams on it, which may last as long as they like. */
    int streams;
  }

  ConnectionDeadlines(int requestSeconds, int idleSeconds) {
    this.requestSeconds = requestSeconds;
    this.idleSeconds = idleSeconds;
  }

  /** A connection is there: its first request has to arrive. */
  void opened(HttpConnection connection) {
    deadline(connection).at = now + requestSeconds + 1;
    connection.closeHandler(v -> deadlines.remove(connection));
  }

  /** A request's head is there: its body has to arrive and to be answered. */
  void requested(HttpConnection connection) {
    deadline(connection).at = now + requestSeconds + 1;
  }

  /** A request has been answered: the connection may be kept for a while. */
  void answered(HttpConnection connection) {
    Deadline deadline = deadlines.get(connection);
    if (deadline != null) {
      deadline.at = now + idleSeconds + 1;
    }
  }

  void streamStarted(HttpConnection connection) {
    deadline(connection).streams++;
  }

  void streamEnded(HttpConnection connection) {
    Deadline deadline = deadlines.get(connection);
    if (deadline != null) {
      deadline.streams--;
      deadline.at = now + idleSeconds + 1;
    }
  }

  /** The connection is no HTTP connection any more. */
  void forget(HttpConnection connection) {
    deadlines.remove(connection);
  }

  int size() {
    return deadlines.size();
  }

  /** One second has passed. */
  void tick() {
    now++;
    List<HttpConnection> late = new ArrayList<>();
    deadlines.forEach(
        (connection, deadline) -> {
          if (deadline.streams == 0 && deadline.at <= now) {
            late.add(connection);
          }
        });
    for (HttpConnection connection : late) {
      deadlines.remove(connection);
      connection.close();
    }
  }

  private Deadline deadline(HttpConnection connection) {
    return deadlines.computeIfAbsent(connection, c -> new Deadline());
  }
}
