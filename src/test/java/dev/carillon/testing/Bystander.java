package dev.carillon.testing;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A subscriber and a publisher that go about their business while a test attacks the server: every
 * event arrives, in order.
 */
public final class Bystander {
  private static final int EVENTS = 20;

  private final RawWebSocket subscriber;
  private final RawWebSocket publisher;
  private int published;

  Bystander(RawWebSocket subscriber, RawWebSocket publisher) {
    this.subscriber = subscriber.subscribe("bystander.>");
    this.publisher = publisher;
    isServed();
  }

  /** Publishes some more, and reads all of it. */
  public void isServed() {
    int first = published;
    for (int i = 0; i < EVENTS; i++) {
      publisher.send(
          "{\"type\":\"publish\",\"topic\":\"bystander.events\",\"data\":" + published++ + "}");
    }
    for (int i = first; i < published; i++) {
      assertThat(subscriber.readEvent("bystander.events")).isEqualTo(i);
    }
  }
}
