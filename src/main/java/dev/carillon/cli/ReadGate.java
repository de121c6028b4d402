package dev.carillon.cli;

import dev.carillon.client.CarillonClient;
import java.util.EnumSet;
import java.util.Set;

/** Pauses a client while there is any reason to. Owned by the client's context. */
final class ReadGate {

  /** Why not to read on. */
  enum Reason {
    /** The output has no room. */
    OUTPUT_FULL,
    /** The user wants a slow subscriber. */
    SLOW
  }

  private final CarillonClient client;
  private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

  ReadGate(CarillonClient client) {
    this.client = client;
  }

  void close(Reason reason) {
    if (reasons.isEmpty()) {
      client.pause();
    }
    reasons.add(reason);
  }

  void open(Reason reason) {
    if (reasons.remove(reason) && reasons.isEmpty()) {
      client.resume();
    }
  }
}
