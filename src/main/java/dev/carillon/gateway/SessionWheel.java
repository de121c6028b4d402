package dev.carillon.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives every session of a gateway a beat once per turn, spread over the seconds of the turn: one
 * timer for all of them.
 */
final class SessionWheel {
  private final List<Set<Session>> slots = new ArrayList<>();
  private int now;

  /**
   * Makes an empty wheel.
   *
   * @param seconds of a turn
   */
  SessionWheel(int seconds) {
    for (int i = 0; i < seconds; i++) {
      slots.add(new LinkedHashSet<>());
    }
  }

  /** Adds a session; its first beat comes in one turn. */
  int add(Session session) {
    int slot = now;
    slots.get(slot).add(session);
    return slot;
  }

  /** Removes a session from the slot that {@link #add} gave. */
  void remove(Session session, int slot) {
    slots.get(slot).remove(session);
  }

  /** One second has passed. */
  void tick() {
    now = (now + 1) % slots.size();
    for (Session session : List.copyOf(slots.get(now))) {
      session.beat();
    }
  }
}
