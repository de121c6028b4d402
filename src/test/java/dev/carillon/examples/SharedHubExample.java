package dev.carillon.examples;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Gap;
import dev.carillon.hub.EventHandler;
import dev.carillon.hub.SharedHub;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A hub in a plain program: two subscribers, three events. */
public final class SharedHubExample {

  /** Prints what it gets, and what it did not get. */
  private record Printer(CountDownLatch expected) implements EventHandler {
    @Override
    public void handle(Event event) {
      System.out.println(event.topic() + " " + event.data());
      expected.countDown();
    }

    @Override
    public void lost(Gap gap) {
      System.out.println(gap.count() + " of " + gap.topic() + " lost: " + gap.reason().code());
    }
  }

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch printed = new CountDownLatch(3);
    CountDownLatch paid = new CountDownLatch(1);
    try (SharedHub hub = SharedHub.start()) {
      hub.subscribe("printer", List.of("orders.>"), new Printer(printed));
      hub.subscribe("billing", List.of("orders.paid"), event -> paid.countDown());

      hub.publish(Event.of("orders.created", EventData.parse("{\"order\":17}")));
      hub.publishBatch(
          List.of(
              Event.of("orders.created", EventData.parse("{\"order\":18}")),
              Event.of("orders.paid", EventData.parse("{\"order\":17}")).withKey("17")));

      paid.await();
      hub.unsubscribe("billing").join();
      printed.await();
    }
  }
}
