package dev.carillon.gateway;

import dev.carillon.event.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What one gateway knows of topics and patterns. Called on its event loop. */
final class TopicsInUse {
  /**
   * Subscribers looked at for one page, about: a thousand topics may reach a hundred thousand
   * subscribers each, and a list must not hold up the event loop for that.
   */
  private static final int MAX_LOOKS = 100_000;

  private TopicsInUse() {}

  /** The first topics and patterns in use whose text comes after {@code after}, in order. */
  static List<String> after(Gateway gateway, String after, int limit) {
    return first(
        limit,
        List.of(
            gateway.hub().topicsAfter(after, limit), gateway.rates().topicsAfter(after, limit)));
  }

  /** The first of several lists, in order and each once. */
  static List<String> first(int limit, List<List<String>> lists) {
    TreeSet<String> all = new TreeSet<>();
    lists.forEach(all::addAll);
    return all.stream().limit(limit).toList();
  }

  /** Looks at the topics one after the other, at least at one, and ends where it takes long. */
  static List<TopicView> look(Gateway gateway, List<String> topics) {
    List<TopicView> views = new ArrayList<>();
    long looks = 0;
    for (String topic : topics) {
      TopicView view = look(gateway, topic);
      views.add(view);
      looks += view.subscribers();
      if (looks > MAX_LOOKS) {
        break;
      }
    }
    return views;
  }

  private static TopicView look(Gateway gateway, String topic) {
    Pattern asked = new Pattern(topic);
    return asked.isExact()
        ? new TopicView(
            topic, false, gateway.hub().audienceSize(topic), gateway.rates().recent(topic))
        : new TopicView(topic, true, gateway.hub().askingFor(asked), 0);
  }
}
