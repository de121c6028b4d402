package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.RawWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What a subscriber read: events whose data begin with their number per topic, {@code "17 …"}, and
 * gaps.
 */
final class Feed {
  final List<JsonObject> frames = new ArrayList<>();
  final Map<String, List<Integer>> numbers = new HashMap<>();
  final Map<String, Integer> lostByReason = new TreeMap<>();
  private int total;

  /** Reads until sent and announced events together are {@code expected}. */
  static Feed read(Supplier<JsonObject> frames, int expected) {
    Feed feed = new Feed();
    while (feed.total < expected) {
      feed.add(frames.get());
    }
    assertThat(feed.total).isEqualTo(expected);
    return feed;
  }

  int events() {
    return numbers.values().stream().mapToInt(List::size).sum();
  }

  int lost() {
    return lostByReason.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void add(JsonObject frame) {
    frames.add(frame);
    String topic = frame.getString("topic");
    if (frame.getString("type").equals("event")) {
      numbers.computeIfAbsent(topic, t -> new ArrayList<>()).add(number(frame));
      total++;
    } else {
      assertThat(frame.fieldNames()).containsExactly("type", "topic", "count", "reason");
      assertThat(frame.getString("type")).isEqualTo("gap");
      assertThat(frame.getInteger("count")).isPositive();
      lostByReason.merge(frame.getString("reason"), frame.getInteger("count"), Integer::sum);
      total += frame.getInteger("count");
    }
  }

  static int number(JsonObject event) {
    String data = event.getString("data");
    return Integer.parseInt(data.substring(0, data.indexOf(' ')));
  }

  /** Publishes numbered events of about {@code bytes} each, and waits for every answer. */
  static void publish(RawWebSocket publisher, String topic, int first, int count, int bytes) {
    String filling = "x".repeat(bytes);
    for (int i = first; i < first + count; i++) {
      publisher.publish(topic, "\"" + i + " " + filling + "\"");
    }
  }
}
