package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;

/** What every connection has one of, in bytes: a field too many is eight for each of them. */
final class SubscriberFootprintTest {
  @Test
  void aSubscriberFitsALineOfTheCache() {
    assertThat(bytes(Subscriber.class)).isLessThanOrEqualTo(40);
  }

  @Test
  void aQueueThatKeepsUpIsLittleMore() {
    assertThat(bytes(SubscriberQueue.class)).isLessThanOrEqualTo(80);
  }

  private static long bytes(Class<?> one) {
    return ClassLayout.parseClass(one).instanceSize();
  }
}
