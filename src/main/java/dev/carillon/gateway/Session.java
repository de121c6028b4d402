package dev.carillon.gateway;

import dev.carillon.hub.Subscriber;
import java.util.Optional;

/** One subscriber's connection, whatever its door. Confined to its gateway's event loop. */
interface Session {

  Subscriber subscriber();

  /** When it connected, in milliseconds since the Unix epoch. */
  long connectedAt();

  Door door();

  /** The client's address and port, where the connection still knows them. */
  Optional<String> remote();

  /** Shows the client that the server is there, and ends the session if the client is not. */
  void beat();

  /** Tells the client to reconnect elsewhere after a delay. */
  void goaway(String reason, long reconnectAfterMs);

  /** Ends the session at once: its subscriber is gone when this returns. */
  void close(CloseReason reason);
}
