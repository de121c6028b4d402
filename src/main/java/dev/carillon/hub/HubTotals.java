package dev.carillon.hub;

/**
 * What all queues of one hub did together, counted as it happens: summing a hundred thousand queues
 * whenever somebody asks would hold up the event loop.
 */
final class HubTotals {
  long matched;
  long sent;
  long behind;
  long discarded;
  final LossCounts lost = new LossCounts();

  Ledger ledger() {
    // What waits is not counted: two more writes for each delivery. The audit counts it.
    long queued = matched - sent - lost.total() - discarded;
    return new Ledger(matched + behind, sent, queued, behind, lost.total(), discarded);
  }
}
