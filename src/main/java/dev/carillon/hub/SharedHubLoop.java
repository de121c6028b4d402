package dev.carillon.hub;

import dev.carillon.event.Pattern;
import dev.carillon.hub.HandOver.Call;
import dev.carillon.hub.HandOver.Item;
import dev.carillon.hub.HandOver.Publication;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link SharedHub} does on its own thread. Everything here belongs to it. */
final class SharedHubLoop implements SharedSubscriber.Owner {
  /** Taken before subscribers are made ready: batches when there is much, no delay when not. */
  private static final int MAX_ITEMS_PER_TURN = 1024;

  /** How soon an executor that had no room is asked again: 5 ms. */
  private static final long RETRY_NANOS = 5_000_000;

  static final HubListener REPORTS_FAILURES =
      new HubListener() {
        @Override
        public void failed(Subscriber subscriber, RuntimeException failure) {
          Uncaught.report(failure);
        }
      };

  private final Hub hub;
  private final HandOver handOver;
  private final Consumer<SharedSubscriber> whenEnded;

  /** Subscribed, or unsubscribed with a call of their handler under way. */
  private int subscribers;

  /** Whose executor had no room. */
  private List<SharedSubscriber> refused = new ArrayList<>();

  private boolean ending;

  /**
   * Makes a loop that does not run yet.
   *
   * @param whenEnded hears of a subscriber before its end is announced
   */
  SharedHubLoop(Hub hub, HandOver handOver, Consumer<SharedSubscriber> whenEnded) {
    this.hub = hub;
    this.handOver = handOver;
    this.whenEnded = whenEnded;
  }

  /** Takes what is handed over until {@link #end} was called and no subscriber is left. */
  void run() {
    while (!ending || subscribers > 0) {
      if (!turn()) {
        handOver.await(refused.isEmpty() ? Long.MAX_VALUE : RETRY_NANOS);
      }
    }
  }

  Hub hub() {
    return hub;
  }

  void subscribe(SharedSubscriber subscriber, List<Pattern> patterns) {
    hub.subscribe(subscriber.id(), patterns, subscriber);
    subscribers++;
    subscriber.begun().complete(null);
  }

  void unsubscribe(SharedSubscriber subscriber) {
    hub.unsubscribe(subscriber.id());
    subscriber.stop();
  }

  /** Ends all {@code left} whose end nobody has asked for, and then this loop. */
  void end(Collection<SharedSubscriber> left) {
    ending = true;
    left.forEach(this::endUnlessEnding);
  }

  @Override
  public void refused(SharedSubscriber subscriber) {
    if (!refused.contains(subscriber)) {
      refused.add(subscriber);
    }
  }

  @Override
  public void overflowed(SharedSubscriber subscriber) {
    endUnlessEnding(subscriber);
  }

  @Override
  public void ended(SharedSubscriber subscriber) {
    hub.takeBack(subscriber.eventsNotHandled());
    subscribers--;
    whenEnded.accept(subscriber);
    subscriber.ended().complete(null);
  }

  /** Returns whether there was something to do. */
  private boolean turn() {
    int taken = 0;
    @Nullable Item item = handOver.poll();
    while (item != null) {
      take(item);
      taken++;
      item = taken < MAX_ITEMS_PER_TURN ? handOver.poll() : null;
    }
    if (taken < MAX_ITEMS_PER_TURN) {
      @Nullable PendingGaps losses = handOver.pollLosses();
      if (losses != null) {
        losses.drain(hub::announce);
        taken++;
      }
    }
    hub.flush();
    retry();
    return taken > 0;
  }

  private void endUnlessEnding(SharedSubscriber subscriber) {
    if (subscriber.claimEnd()) {
      unsubscribe(subscriber);
    }
  }

  private void retry() {
    if (!refused.isEmpty()) {
      List<SharedSubscriber> again = refused;
      refused = new ArrayList<>();
      again.forEach(SharedSubscriber::retry);
    }
  }

  private void take(Item item) {
    try {
      if (item instanceof Publication publication) {
        if (publication.gaps() != null) {
          publication.gaps().drain(hub::announce);
        }
        hub.deliver(publication.frames());
      } else if (item instanceof Call call) {
        // Every call finds what was published before it with its subscribers.
        hub.flush();
        call.action().run();
      }
    } catch (RuntimeException e) {
      // A topic's policy comes from the program: its mistake must not end the hub.
      Uncaught.report(e);
    }
  }
}
