package dev.carillon.client;

/** Where a client stands with its server. */
public enum ClientState {
  /** An attempt to connect is under way. */
  CONNECTING,
  /** The server has said welcome. */
  CONNECTED,
  /** The connection is gone; the next attempt comes after a wait. */
  WAITING,
  /** Closed by the application, or told not to come back; nothing follows. */
  CLOSED
}
