package dev.carillon.bench;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;

/** The events of all benchmarks: 128 bytes of payload. */
public final class Events {
  private static final EventData DATA = EventData.parse("\"" + "x".repeat(126) + "\"");

  private Events() {}

  public static Event of(String topic) {
    return Event.of(topic, DATA);
  }

  public static EventFrame frameOf(String topic) {
    return new EventFrame(of(topic));
  }
}
