package dev.carillon.gateway;

import dev.carillon.hub.FrameSink;
import dev.carillon.hub.SubscriberQueue;
import java.util.Optional;

/** The socket's side of an event stream. Confined to its gateway's event loop. */
interface EventStreamOutput {

  /** Sends the response's head; comes before everything else. */
  void begin();

  /** Answers with a problem in place of a stream. */
  void refuse(ProblemException problem);

  /** Sends one block. */
  void send(String type, byte[] json);

  /**
   * Sends what waits, until nothing is left or the socket takes no more.
   *
   * @param sent sees every frame
   */
  void send(SubscriberQueue queue, FrameSink sent);

  /** Sends the id that the stream can be resumed by. */
  void id(String id);

  /** Sends a comment line, which keeps the connection open and shows whether it is. */
  void comment();

  boolean isWritable();

  /** The client's address and port, where the connection still knows them. */
  Optional<String> remote();

  /** Ends the stream after what was sent. */
  void close();
}
