package dev.carillon.config;

import java.util.Locale;

/** What happens to an event that finds a subscriber's queue full. */
public enum Overflow {
  /** The event that finds no room is dropped and announced. */
  DROP_NEWEST,
  /** The oldest waiting event makes room and is announced. */
  DROP_OLDEST,
  /** The newest event of each key is kept; those it replaces are announced. */
  CONFLATE,
  /** The subscriber reads on from the history; without one the newest is dropped. */
  CATCH_UP,
  /** The connection is closed with 4313. */
  DISCONNECT;

  /** The word for it in the configuration and in the protocol: {@code drop-newest}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
