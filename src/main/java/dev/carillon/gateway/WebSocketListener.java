package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;

/** Hears what comes over one {@link WebSocketConnection}, on its event loop. */
interface WebSocketListener {

  /** The connection may be used from now on. */
  void opened(WebSocketConnection connection);

  /** A whole text message in valid UTF-8; the buffer is released after the call. */
  void text(ByteBuf message);

  /** A whole binary message; the buffer is released after the call. */
  void binary(ByteBuf message);

  /** All that had arrived has been heard; what was written goes out after this. */
  void readComplete();

  /** The socket takes bytes again. */
  void writable();

  /** The connection is gone, or does nothing any more but close. Comes exactly once, last. */
  void closed();
}
