package dev.carillon.gateway;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's subscribe and unsubscribe commands, carried out as if each came after the answer to
 * the one before: a command about a topic whose subscription has not yet taken effect waits for it,
 * and every later command behind that.
 *
 * <p>Confined to its gateway's event loop.
 */
final class SubscriptionCommands {
  private final Subscriptions subscriptions;
  private final Outcome outcome;

  /** Most of the time there are none. */
  private @Nullable ArrayDeque<Command.OfTopics> waiting;

  private boolean runningWaiting;

  /** Hears what became of the commands. */
  interface Outcome {

    void subscribed(Command.Subscribe command, List<SubscribedTopic> topics);

    void unsubscribed(Command.Unsubscribe command);

    void refused(Command.OfTopics command, RefusedException refusal);

    /** Whether commands wait; while they do no more should be read, so that few can. */
    void waiting(boolean doWait);
  }

  SubscriptionCommands(Subscriptions subscriptions, Outcome outcome) {
    this.subscriptions = subscriptions;
    this.outcome = outcome;
  }

  /** Carries a command out, now or when its turn has come. */
  void run(Command.OfTopics command) {
    if (waiting == null && !subscriptions.isPending(command.patterns())) {
      carryOut(command);
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(2);
      outcome.waiting(true);
    }
    waiting.add(command);
  }

  /** Ends everything, together with the subscriber. */
  void close() {
    waiting = null;
    subscriptions.close();
  }

  private void carryOut(Command.OfTopics command) {
    try {
      if (command instanceof Command.Subscribe subscribe) {
        subscriptions.add(subscribe.patterns(), subscribe.from(), heard(subscribe));
      } else if (command instanceof Command.Unsubscribe unsubscribe) {
        subscriptions.remove(unsubscribe.patterns());
        outcome.unsubscribed(unsubscribe);
      }
    } catch (RefusedException e) {
      outcome.refused(command, e.withId(command.id()));
    }
  }

  private Subscriptions.Outcome heard(Command.Subscribe command) {
    return new Subscriptions.Outcome() {
      @Override
      public void subscribed(List<SubscribedTopic> topics) {
        outcome.subscribed(command, topics);
        runWaiting();
      }

      @Override
      public void refused(RefusedException refusal) {
        outcome.refused(command, refusal.withId(command.id()));
        runWaiting();
      }
    };
  }

  private void runWaiting() {
    if (runningWaiting) {
      return;
    }
    runningWaiting = true;
    while (waiting != null) {
      Command.OfTopics next = waiting.peek();
      if (next == null) {
        waiting = null;
        outcome.waiting(false);
      } else if (subscriptions.isPending(next.patterns())) {
        break;
      } else {
        waiting.remove();
        carryOut(next);
      }
    }
    runningWaiting = false;
  }
}
