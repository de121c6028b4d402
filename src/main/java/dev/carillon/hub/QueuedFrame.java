package dev.carillon.hub;

import dev.carillon.event.EventFrame;

/** An event as the queues of one hub share it. */
final class QueuedFrame {
  final EventFrame frame;
  final TopicPolicy policy;
  final int size;

  /** Whether the policy limits the topic: asked at each step of each delivery. */
  final boolean isLimited;

  /** How many queues hold it. */
  int holders;

  QueuedFrame(EventFrame frame, TopicPolicy policy) {
    this.frame = frame;
    this.policy = policy;
    this.size = frame.size();
    this.isLimited = policy.isLimited();
  }

  /** Whether it takes the place of older events, or gives its own to newer ones. */
  boolean conflates() {
    return policy.overflow() instanceof OverflowPolicy.Conflate;
  }

  /** What the event is about: its key, or its topic as a whole. */
  ConflationKey conflationKey() {
    return new ConflationKey(frame.topic(), frame.event().key().orElse(""));
  }

  /** The newest event of each such pair is what conflation keeps. */
  record ConflationKey(String topic, String key) {}
}
