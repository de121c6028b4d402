package dev.carillon.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time of an event as clients see it: RFC 3339 in UTC with milliseconds. */
final class EventTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private EventTime() {}

  static byte[] format(long timeMillis) {
    return FORMAT.format(Instant.ofEpochMilli(timeMillis)).getBytes(StandardCharsets.US_ASCII);
  }
}
