package dev.carillon.hub;

/**
 * The subscribers of one topic, each once, and how its events are queued. Built when an event
 * comes, kept until a subscription changes it.
 */
final class Audience {
  final Subscriber[] subscribers;
  final TopicPolicy policy;

  Audience(Subscriber[] subscribers, TopicPolicy policy) {
    this.subscribers = subscribers;
    this.policy = policy;
  }
}
