package dev.carillon.faults;

/**
 * One event that a publisher sent.
 *
 * @param via the node that it was sent to, the last one if there were several
 * @param sentAt when it was sent first, as {@link System#nanoTime()}
 * @param attempts how often it was sent
 */
record Publication(Numbered what, String via, long sentAt, int attempts, Outcome outcome) {
  String topic() {
    return what.topic();
  }

  boolean isAcknowledged() {
    return outcome instanceof Outcome.Acknowledged;
  }

  @Override
  public String toString() {
    return what + " via " + via + " (" + outcome + ")";
  }
}
