package dev.carillon.hub;

import dev.carillon.event.Pattern;
import java.util.List;
import java.util.function.Supplier;

/** Hubs with the default settings, all of whose subscribers ask for one topic. */
final class BenchHub {
  static final String TOPIC = "bench";

  private BenchHub() {}

  /** A hub with so many subscribers, each with a receiver of its own, as a connection is. */
  static Hub of(int subscribers, Supplier<Receiver> receivers) {
    Hub hub = new Hub(HubSettings.DEFAULT);
    for (int i = 0; i < subscribers; i++) {
      hub.subscribe("s" + i, List.of(new Pattern(TOPIC)), receivers.get());
    }
    return hub;
  }
}
