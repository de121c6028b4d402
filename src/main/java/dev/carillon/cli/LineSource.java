package dev.carillon.cli;

import dev.carillon.client.OutgoingEvent;

/** Makes an event of a line of input. */
@FunctionalInterface
interface LineSource {

  /**
   * The line's event.
   *
   * @throws IllegalArgumentException with what is wrong with the line
   */
  OutgoingEvent event(String line);
}
