package dev.carillon.hub;

import dev.carillon.event.Frame;

/** Where a queue's frames go when they are taken. */
@FunctionalInterface
public interface FrameSink {

  /** Takes the next frame in the subscriber's order. */
  void accept(Frame frame);
}
