package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import java.util.List;

/** The right to publish once through a {@link TopicConsumer}; used in one of the two ways. */
public interface PreparedPublication {

  /**
   * Publishes events in their order; those of one calling thread in the order of its calls. For any
   * thread.
   */
  void publish(List<EventFrame> frames);

  /** Gives the right back; on the consumer's context. */
  void cancel();
}
