package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TopicRatesTest {
  private final TopicRates rates = new TopicRates(100);

  @Test
  void eventsCountForTenSeconds() {
    count("a", 3);
    rates.tick();
    count("a", 4);
    assertThat(rates.recent("a")).isEqualTo(7);
    tick(TopicRates.SECONDS - 2);
    assertThat(rates.recent("a")).isEqualTo(7);
    rates.tick();
    assertThat(rates.recent("a")).isEqualTo(4);
    rates.tick();
    assertThat(rates.recent("a")).isZero();
    assertThat(rates.topicsAfter("", 10)).isEmpty();
  }

  @Test
  void everNewTopicsTakeNoMorePlacesThanThereAre() {
    IntStream.range(0, 1000).forEach(i -> rates.count("t" + i));
    assertThat(rates.topicsAfter("", 10_000)).hasSize(100);
  }

  @Test
  void theLeastUsedAreForgottenAndTheBusyStay() {
    count("busy", 50);
    for (int second = 0; second < 30; second++) {
      int now = second;
      IntStream.range(0, 1000).forEach(i -> rates.count("t" + now + "-" + i));
      count("busy", 50);
      rates.tick();
      assertThat(rates.recent("busy")).isGreaterThanOrEqualTo(50);
      assertThat(rates.topicsAfter("", 10_000)).hasSizeLessThanOrEqualTo(75);
    }
    assertThat(rates.recent("busy")).isEqualTo(50 * (TopicRates.SECONDS - 1));
  }

  @Test
  void equallyUsedTopicsAreNotForgottenAllAtOnce() {
    IntStream.range(0, 100).forEach(i -> count("t" + i, 5));
    rates.tick();
    assertThat(rates.topicsAfter("", 1000)).hasSize(75);
  }

  @Test
  void topicsComeInOrderFromWhereThePageBegins() {
    List.of("c", "a", "d", "b").forEach(rates::count);
    assertThat(rates.topicsAfter("a", 2)).containsExactly("b", "c");
  }

  private void count(String topic, int events) {
    for (int i = 0; i < events; i++) {
      rates.count(topic);
    }
  }

  private void tick(int seconds) {
    for (int i = 0; i < seconds; i++) {
      rates.tick();
    }
  }
}
