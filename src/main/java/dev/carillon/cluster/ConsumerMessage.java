package dev.carillon.cluster;

/** What a relay tells those that publish through it and consume from it. */
sealed interface ConsumerMessage permits EventBatch, ConsumerMessage.Answer {

  /** The answer to one of the receiver's own messages. */
  sealed interface Answer extends ConsumerMessage {}

  /** All that a publication had to reach has it. */
  record PublicationTaken(long number) implements Answer {}

  /** Every change up to {@code number} is in force: what is published from now on will come. */
  record InterestTaken(long number) implements Answer {}

  /** What the relay counted, for the question of that number. */
  record Counted(long number, RelayCounts counts) implements Answer {}

  /** How this node and the others see each other, for the question of that number. */
  record Viewed(long number, NodeView view) implements Answer {}
}
