package dev.carillon.config;

import java.time.Duration;
import java.util.List;

/**
 * Everything a node can be told. Each component is the JSON key of its name; bounds, defaults and
 * reasons stand in {@code schema.json}.
 *
 * @param node the node's name
 * @param topics rules for topics; the first that matches a topic holds
 * @param drain how long a stopping node takes to send its subscribers away
 */
public record Config(
    String node,
    Http http,
    Auth auth,
    Queue queue,
    List<TopicRule> topics,
    Store store,
    Recovery recovery,
    DeadLetters deadLetters,
    Publish publish,
    Limits limits,
    Log log,
    Cluster cluster,
    Duration drain) {}
