package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the doors of one gateway did so far.
 *
 * <p>Plain fields, counted and read on the gateway's event loop only.
 */
final class GatewayCounts {
  private static final int[] STATUS_CLASSES = {1, 2, 3, 4, 5};

  private final Tally<Door> open = new Tally<>(Door.class);
  private final Tally<Door> opened = new Tally<>(Door.class);
  private final Map<Door, Map<String, Long>> closed = new EnumMap<>(Door.class);
  private final Tally<ErrorCode> refused = new Tally<>(ErrorCode.class);
  private final long[] requestsByStatusClass = new long[STATUS_CLASSES.length + 1];
  private long connections;
  private long slow;

  /** A TCP connection was accepted. */
  void accepted() {
    connections++;
  }

  /** An HTTP request was answered, or became a session. */
  void answered(int status) {
    int statusClass = status / 100;
    if (statusClass >= 1 && statusClass < requestsByStatusClass.length) {
      requestsByStatusClass[statusClass]++;
    }
  }

  void sessionOpened(Door door) {
    open.add(door);
    opened.add(door);
  }

  /** A session's subscriber is gone. Its connection may still have to be closed. */
  void sessionLeft(Door door) {
    open.add(door, -1);
  }

  /** A session's connection is closed for {@code code}. */
  void sessionClosed(Door door, int code) {
    closed.computeIfAbsent(door, d -> new TreeMap<>()).merge(CloseCodes.label(code), 1L, Long::sum);
  }

  /** A WebSocket command was refused. */
  void refused(ErrorCode code) {
    refused.add(code);
  }

  /** A subscriber's queue became nearly full. */
  void slow() {
    slow++;
  }

  void writeTo(MetricSamples samples) {
    samples.add(Metric.CONNECTIONS_ACCEPTED, connections);
    samples.add(Metric.SLOW_SUBSCRIBERS, slow);
    for (Door door : Door.values()) {
      samples.add(Metric.SESSIONS, open.get(door), door.word());
      samples.add(Metric.SESSIONS_OPENED, opened.get(door), door.word());
    }
    for (String code : CloseCodes.labels()) {
      for (Door door : Door.values()) {
        long count = closed.getOrDefault(door, Map.of()).getOrDefault(code, 0L);
        samples.add(Metric.SESSIONS_CLOSED, count, door.word(), code);
      }
    }
    for (ErrorCode code : ErrorCode.values()) {
      samples.add(Metric.COMMANDS_REFUSED, refused.get(code), code.code());
    }
    for (int statusClass : STATUS_CLASSES) {
      samples.add(Metric.HTTP_REQUESTS, requestsByStatusClass[statusClass], statusClass + "xx");
    }
  }
}
