package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes the hubs of a test, and recounts everything in them when it ends. */
final class Hubs implements AfterEachCallback {
  private final List<Hub> made = new ArrayList<>();

  Hub make(HubSettings settings) {
    return make(settings, HubListener.NONE);
  }

  Hub make(HubSettings settings, HubListener listener) {
    Hub hub = new Hub(settings, listener);
    made.add(hub);
    return hub;
  }

  /** A hub whose queues hold {@code maxEvents}, with one policy for all topics. */
  Hub make(int maxEvents, OverflowPolicy overflow) {
    return make(settings(maxEvents, overflow));
  }

  static HubSettings settings(int maxEvents, OverflowPolicy overflow) {
    return new HubSettings(
        new QueueLimits(maxEvents, 1 << 20, 16),
        1 << 20,
        topic -> new TopicPolicy(overflow, TopicPolicy.UNLIMITED));
  }

  /** The books of every hub and subscriber balance, and nothing is kept that nobody wants. */
  static void audit(Hub hub) {
    hub.audit();
    assertThat(hub.ledger()).matches(Ledger::isBalanced, "is balanced");
    hub.subscribers().forEach(s -> assertThat(s.queue().ledger()).matches(Ledger::isBalanced));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    made.forEach(Hubs::audit);
  }
}
