package dev.carillon.hub;

/**
 * The subscribers of one topic, each once, and how its events are queued. Built when an event
 * comes, kept until a subscription changes it.
 */
final class Audience {
  final String topic;
  final Subscriber[] subscribers;
  final TopicPolicy policy;

  Audience(String topic, Subscriber[] subscribers, TopicPolicy policy) {
    this.topic = topic;
    this.subscribers = subscribers;
    this.policy = policy;
  }
}
