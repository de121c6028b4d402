package dev.carillon.hub;

/**
 * The bytes that wait in the queues of one hub, each event counted once however many wait for it.
 */
final class HubMemory {
  final HubTotals totals = new HubTotals();
  private final long maxBytes;
  private final HubListener listener;
  private long bytes;

  HubMemory(long maxBytes, HubListener listener) {
    this.maxBytes = maxBytes;
    this.listener = listener;
  }

  HubListener listener() {
    return listener;
  }

  long bytes() {
    return bytes;
  }

  /** Whether {@code frame} may wait in one more queue. */
  boolean admits(QueuedFrame frame) {
    return frame.holders > 0 || bytes + frame.size <= maxBytes;
  }

  void hold(QueuedFrame frame) {
    if (frame.holders++ == 0) {
      bytes += frame.size;
    }
  }

  void release(QueuedFrame frame) {
    if (--frame.holders == 0) {
      bytes -= frame.size;
    }
  }
}
