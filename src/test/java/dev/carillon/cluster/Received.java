package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * What one consumer got. Written by its context, read by the test.
 *
 * <p>Takes batches at once, or waits in the first one until the test opens the gate.
 */
final class Received {
  private final CountDownLatch gate;
  private final CountDownLatch held = new CountDownLatch(1);
  private final List<String> texts = new ArrayList<>();

  /** The last number of each topic that an event or a gap explains. */
  private final Map<String, Integer> explained = new ConcurrentHashMap<>();

  private Received(int closed) {
    gate = new CountDownLatch(closed);
  }

  static Received open() {
    return new Received(0);
  }

  static Received held() {
    return new Received(1);
  }

  void take(EventBatch batch) {
    held.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (texts) {
      for (Gap gap : batch.gaps()) {
        explained.merge(gap.topic(), (int) gap.count(), Integer::sum);
        texts.add(gap.topic() + "-" + gap.count());
      }
      for (EventFrame frame : batch.frames()) {
        explained.merge(frame.topic(), 1, Integer::sum);
        texts.add(frame.topic() + "=" + Frames.number(frame));
      }
    }
  }

  /** Waits until the consumer is in its handler, where it is held up. */
  void awaitHeld() throws InterruptedException {
    held.await();
  }

  void release() {
    gate.countDown();
  }

  /** Events as {@code topic=number}, gaps as {@code topic-count}, as they came. */
  List<String> texts() {
    synchronized (texts) {
      return List.copyOf(texts);
    }
  }

  Map<String, Integer> explained() {
    return Map.copyOf(explained);
  }

  /** Every number of every topic came, or a gap stood where it is missing. */
  void assertNoHole() {
    Map<String, Integer> seen = new HashMap<>();
    for (String text : texts()) {
      int at = Math.max(text.lastIndexOf('='), text.lastIndexOf('-'));
      String topic = text.substring(0, at);
      int number = Integer.parseInt(text.substring(at + 1));
      if (text.charAt(at) == '-') {
        seen.merge(topic, number, Integer::sum);
      } else {
        assertThat(seen.merge(topic, 1, Integer::sum)).as(topic).isEqualTo(number);
      }
    }
  }
}
