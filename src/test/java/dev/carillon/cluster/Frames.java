package dev.carillon.cluster;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import java.util.ArrayList;
import java.util.List;

/** Frames of numbered events. */
final class Frames {
  private Frames() {}

  static EventFrame frame(String topic, int number) {
    return new EventFrame(Event.of(topic, EventData.parse(String.valueOf(number))));
  }

  /** A frame of some {@code bytes} more than its number takes. */
  static EventFrame large(String topic, int number, int bytes) {
    String text = number + " ".repeat(bytes);
    return new EventFrame(Event.of(topic, EventData.parse(text)));
  }

  static List<EventFrame> frames(String topic, int... numbers) {
    List<EventFrame> frames = new ArrayList<>();
    for (int number : numbers) {
      frames.add(frame(topic, number));
    }
    return frames;
  }

  static int number(EventFrame frame) {
    return Integer.parseInt(frame.event().data().toString().trim());
  }
}
