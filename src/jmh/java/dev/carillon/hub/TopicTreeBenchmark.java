package dev.carillon.hub;

import dev.carillon.event.Pattern;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A tree of many topics and patterns: who asked for one topic, and one more who asks and leaves.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TopicTreeBenchmark {
  private static final int SHOPS = 100;
  private static final int ORDERS = 100;
  private static final String TOPIC = "shop.42.order.17";
  private static final Pattern NEW_TOPIC = new Pattern("shop.42.order.new");
  private static final Pattern NEW_PATTERN = new Pattern("shop.*.order.new");

  private final TopicTree<String> topics = new TopicTree<>();
  private final TopicTree<String> topicsAndPatterns = new TopicTree<>();

  @Setup
  public void fill() {
    for (int shop = 0; shop < SHOPS; shop++) {
      for (int order = 0; order < ORDERS; order++) {
        Pattern exact = new Pattern("shop." + shop + ".order." + order);
        topics.add(exact, "client");
        topicsAndPatterns.add(exact, "client");
      }
      topicsAndPatterns.add(new Pattern("shop." + shop + ".>"), "owner");
      topicsAndPatterns.add(new Pattern("shop." + shop + ".order.*"), "shipping");
      topicsAndPatterns.add(new Pattern("shop.*.order." + shop), "accounting");
    }
  }

  @Benchmark
  public void matchAmongTopics(Blackhole found) {
    topics.forEachMatch(TOPIC, found::consume);
  }

  @Benchmark
  public void matchAmongTopicsAndPatterns(Blackhole found) {
    topicsAndPatterns.forEachMatch(TOPIC, found::consume);
  }

  @Benchmark
  public Object addAndRemoveTopic() {
    topics.add(NEW_TOPIC, "client");
    return topics.remove(NEW_TOPIC, "client");
  }

  @Benchmark
  public Object addAndRemovePattern() {
    topicsAndPatterns.add(NEW_PATTERN, "client");
    return topicsAndPatterns.remove(NEW_PATTERN, "client");
  }
}
