package dev.carillon.hub;

import dev.carillon.event.EventFrame;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the subscribers of a hub read what they have not got. */
public interface History {

  /** No topic has one. */
  History NONE =
      new History() {
        @Override
        public Optional<Part> atHand(String topic, String epoch, long after, long upTo) {
          return Optional.empty();
        }

        @Override
        public void read(String topic, String epoch, long after, long upTo, Consumer<Part> then) {
          then.accept(new NotNow());
        }
      };

  /**
   * The part of a history that begins with the event behind {@code after}, if it is in memory.
   *
   * @param upTo the last offset that is asked for; what is beyond may come too
   */
  Optional<Part> atHand(String topic, String epoch, long after, long upTo);

  /**
   * Reads the same part.
   *
   * @param then called once, on the hub's thread, and not before this returns
   */
  void read(String topic, String epoch, long after, long upTo, Consumer<Part> then);

  /** What a read found. */
  sealed interface Part {}

  /**
   * Events of the history.
   *
   * @param first the first offset that the history still has
   * @param frames with consecutive offsets; those up to {@code after} are to be passed over
   */
  record Events(long first, List<EventFrame> frames) implements Part {}

  /**
   * The history is another one.
   *
   * @param first the first offset that it has
   * @param last the offset of its newest event
   */
  record OtherEpoch(String epoch, long first, long last) implements Part {}

  /** The history can't be read now; it is worth trying again in a while. */
  record NotNow() implements Part {}
}
