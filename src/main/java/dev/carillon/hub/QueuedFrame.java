package dev.carillon.hub;

import dev.carillon.event.EventFrame;

/** An event as the queues of one hub share it; where none holds it any more, the next event. */
final class QueuedFrame {
  EventFrame frame;
  TopicPolicy policy;
  int size;

  /** Whether the policy limits the topic: asked at each step of each delivery. */
  boolean isLimited;

  /** How many queues hold it. */
  int holders;

  QueuedFrame(EventFrame frame, TopicPolicy policy) {
    this.frame = frame;
    this.policy = policy;
    this.size = frame.size();
    this.isLimited = policy.isLimited();
  }

  /** Makes it another event. Only where {@link #holders} is 0. */
  void reuse(EventFrame frame, TopicPolicy policy) {
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
