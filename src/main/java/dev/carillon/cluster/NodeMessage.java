package dev.carillon.cluster;

import dev.carillon.event.Gap;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import java.util.List;

/** What nodes tell each other on the way of events; {@link NodeCodec} says in which bytes. */
sealed interface NodeMessage {

  /** The id of the node that sent it. */
  String sender();

  /**
   * One numbered message of a link.
   *
   * @param life of the link: a greater one is a newer one, and begins with number 1
   * @param number 1, 2, 3 … in one life
   */
  record Numbered(String sender, long life, long number, Load load) implements NodeMessage {}

  /**
   * Asks whether all got through; sent after it, on the same way.
   *
   * @param lastNumber sent so far in this life
   * @param interest what the sender wants, as of that number
   */
  record Hello(String sender, long life, long lastNumber, InterestSum interest)
      implements NodeMessage {}

  /**
   * The answer to what came of a link.
   *
   * @param life of the sender's link to the receiver, that this is about
   * @param received every number below came
   * @param taken the events of every number below are with the hubs that wanted them
   */
  record Receipt(String sender, long life, long received, long taken, Wish wish)
      implements NodeMessage {}

  /** The sender leaves and will not come back. */
  record Farewell(String sender) implements NodeMessage {}

  /** What a {@link Receipt} asks for. */
  enum Wish {
    NOTHING,
    /** Numbers from {@code received} on are missing. */
    SEND_AGAIN,
    /** What the sender is thought to want is not what it wants. */
    SEND_INTEREST
  }

  /** What a {@link Numbered} message carries. */
  sealed interface Load {}

  /**
   * Events, behind what is missing before them.
   *
   * @param gaps what was lost on the link
   * @param holes what is to be read from histories
   * @param events encoded by {@link WireEvent}
   */
  record Events(List<Gap> gaps, List<Hole> holes, List<WireEvent> events) implements Load {}

  /**
   * A part of what the sender wants.
   *
   * @param begins whether it replaces all that was known
   * @param version that holds once this part is in; {@link #MORE_FOLLOWS} where it is not the last
   */
  record InterestPart(boolean begins, long version, List<Pattern> added, List<Pattern> removed)
      implements Load {
    /** In place of a version. */
    static final long MORE_FOLLOWS = -1;
  }
}
