package dev.carillon.event;

/**
 * One JSON object on its way to subscribers, as the bytes that every one of them sees.
 *
 * <p>The bytes hold no line breaks, so that a frame is also one line of an event stream.
 */
public sealed interface Frame permits EventFrame, GapFrame {

  /** The object's UTF-8 bytes. Shared: never to be written to. */
  byte[] json();

  /** The object's {@code type}: {@code event} or {@code gap}. */
  String type();

  /** The number of bytes. */
  default int size() {
    return json().length;
  }
}
