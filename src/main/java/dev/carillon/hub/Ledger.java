package dev.carillon.hub;

/**
 * Where the events went that one subscriber, or all of a hub, should have had.
 *
 * @param matched published while subscribed, or asked for from the history
 * @param sent handed to the socket
 * @param queued waiting
 * @param behind still to be read from the history
 * @param lost in a gap, announced or about to be
 * @param discarded still waiting when the subscriber left
 */
public record Ledger(long matched, long sent, long queued, long behind, long lost, long discarded) {
  public static final Ledger EMPTY = new Ledger(0, 0, 0, 0, 0, 0);

  /** Whether the books balance. */
  public boolean isBalanced() {
    return matched == sent + queued + behind + lost + discarded;
  }

  public Ledger plus(Ledger other) {
    return new Ledger(
        matched + other.matched,
        sent + other.sent,
        queued + other.queued,
        behind + other.behind,
        lost + other.lost,
        discarded + other.discarded);
  }
}
