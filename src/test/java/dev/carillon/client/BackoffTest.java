package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class BackoffTest {

  @Property
  void everyWaitIsBetweenNothingAndItsCeiling(
      @ForAll @LongRange(min = 1, max = 100_000) long min,
      @ForAll @LongRange(min = 100_000, max = 10_000_000_000L) long max,
      @ForAll @IntRange(max = 10_000) int failures,
      @ForAll long seed) {
    Backoff backoff = new Backoff(Duration.ofMillis(min), Duration.ofMillis(max));
    long ceiling = (long) Math.min((double) max, min * Math.pow(2, failures));

    assertThat(backoff.delayMs(failures, new Random(seed))).isBetween(0L, ceiling);
    assertThat(backoff.delayMs(failures, new HighestJitter())).isEqualTo(ceiling);
  }

  @Example
  void waitsDiffer() {
    Backoff backoff = new Backoff(Duration.ofSeconds(10), Duration.ofSeconds(10));

    assertThat(backoff.delayMs(0, new Random(1))).isNotEqualTo(backoff.delayMs(0, new Random(2)));
  }

  @Example
  void aBackoffThatShrinksIsRefused() {
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
