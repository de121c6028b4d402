package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import java.util.List;

/** What a relay is told. */
sealed interface RelayMessage {

  /**
   * Events to be relayed.
   *
   * @param sender the address that hears when they have been taken
   * @param number chosen by the sender
   */
  record Publication(String sender, long number, List<EventFrame> frames) implements RelayMessage {}

  /** A gap to be told to those who asked for its topic, in the order of what is published. */
  record Announcement(Gap gap) implements RelayMessage {}

  /**
   * A consumer came.
   *
   * @param paced whether publications wait for it: a gateway takes what it gets at once, and
   *     publishers must not be faster than it; any other consumer loses what it is too slow for
   * @param maxBytes on their way to it at most
   */
  record Attachment(String consumer, boolean paced, long maxBytes) implements RelayMessage {}

  /** A consumer went. */
  record Detachment(String consumer) implements RelayMessage {}

  /**
   * A consumer's wishes changed.
   *
   * @param number one more than that of the consumer's last change
   */
  record InterestChange(String consumer, long number, List<Pattern> added, List<Pattern> removed)
      implements RelayMessage {}

  /** A consumer has taken all batches up to {@code number}. */
  record BatchTaken(String consumer, long number) implements RelayMessage {}

  /** A consumer wants to know what the relay counted. */
  record CountsWanted(String consumer, long number) implements RelayMessage {}

  /** A consumer wants to know how this node and the others see each other. */
  record ViewWanted(String consumer, long number) implements RelayMessage {}

  /** An event is stored that may not have come to those who wait for it. */
  record StoredAgain(Hole hole) implements RelayMessage {}
}
