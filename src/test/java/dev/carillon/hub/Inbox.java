package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import java.util.ArrayList;
import java.util.List;

/** A receiver that takes everything at once, or nothing while it is stalled. */
final class Inbox implements Receiver {
  private final List<Frame> frames = new ArrayList<>();
  private boolean stalled;
  private int readyCalls;
  private int overflowCalls;

  static Inbox stalled() {
    Inbox inbox = new Inbox();
    inbox.stalled = true;
    return inbox;
  }

  @Override
  public void ready(Subscriber subscriber) {
    readyCalls++;
    if (!stalled) {
      subscriber.queue().drain(Long.MAX_VALUE, frames::add);
    }
  }

  @Override
  public void overflowed(Subscriber subscriber) {
    overflowCalls++;
  }

  List<Frame> frames() {
    return frames;
  }

  int readyCalls() {
    return readyCalls;
  }

  int overflowCalls() {
    return overflowCalls;
  }

  /**
   * What came, as short text: {@code topic=data} for an event, {@code topic-count reason} for a
   * gap.
   */
  List<String> texts() {
    return texts(frames);
  }

  /** What waits in a queue, which is empty afterwards. */
  static List<String> drained(SubscriberQueue queue) {
    List<Frame> frames = new ArrayList<>();
    queue.drain(Long.MAX_VALUE, frames::add);
    return texts(frames);
  }

  private static List<String> texts(List<Frame> frames) {
    return frames.stream().map(Inbox::text).toList();
  }

  static String text(Frame frame) {
    if (frame instanceof EventFrame event) {
      return event.topic() + "=" + event.event().data();
    }
    Gap gap = ((GapFrame) frame).gap();
    return gap.topic() + "-" + gap.count() + " " + gap.reason().code();
  }
}
