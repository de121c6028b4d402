package dev.carillon.store;

import dev.carillon.event.Event;
import org.jspecify.annotations.Nullable;

/** Events in their order, oldest first, any of them found at once. Grows as needed. */
final class EventRing {
  private static final int LEAST = 4;

  /** Its length is a power of two. */
  private @Nullable Event[] ring = new Event[LEAST];

  private int oldest;
  private int size;

  int size() {
    return size;
  }

  void add(Event event) {
    if (size == ring.length) {
      resize(2 * size);
    }
    ring[(oldest + size++) & (ring.length - 1)] = event;
  }

  /**
   * The event with so many older ones in the ring.
   *
   * @throws IndexOutOfBoundsException when there is none
   */
  Event get(int index) {
    Event found = index < 0 || index >= size ? null : ring[(oldest + index) & (ring.length - 1)];
    if (found == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return found;
  }

  /** Removes the oldest event; there is one. */
  void removeOldest() {
    ring[oldest] = null;
    oldest = (oldest + 1) & (ring.length - 1);
    size--;
    if (ring.length > LEAST && size < ring.length / 4) {
      resize(ring.length / 2);
    }
  }

  private void resize(int length) {
    @Nullable Event[] next = new Event[length];
    for (int i = 0; i < size; i++) {
      next[i] = ring[(oldest + i) & (ring.length - 1)];
    }
    ring = next;
    oldest = 0;
  }
}
