package dev.carillon.hub;

import dev.carillon.hub.QueuedFrame.ConflationKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a queue, in order: a ring of slots that grows as it fills. A slot whose frame was
 * taken out of the middle is a hole until it comes to the head or the ring is made anew.
 *
 * <p>Confined to the hub's thread. Counts from the head: 0 is what is sent next.
 */
final class SlotRing {
  private static final int FIRST_SLOTS = 8;

  private @Nullable Object[] slots = new @Nullable Object[FIRST_SLOTS];
  private int head;
  private int count;
  private int holes;

  /** Where the newest event of each key stands, while the queue conflates. */
  private @Nullable Map<ConflationKey, ConflatedFrame> newestByKey;

  /** Slots in use, with the holes between them. */
  int count() {
    return count;
  }

  /** Slots that there is memory for. */
  int length() {
    return slots.length;
  }

  /** Puts something behind all that waits. */
  void append(Object slot) {
    if (count == slots.length) {
      makeRoom();
    }
    slots[at(count)] = slot;
    count++;
  }

  /** What stands there; null in a hole. */
  @Nullable Object get(int index) {
    return slots[at(index)];
  }

  private void set(int index, Object slot) {
    slots[at(index)] = slot;
  }

  /** Leaves a hole. */
  void takeOut(int index) {
    slots[at(index)] = null;
    holes++;
  }

  /** Takes the head; null where it is a hole. */
  @Nullable Object removeHead() {
    Object slot = slots[head];
    if (slot == null) {
      holes--;
    }
    slots[head] = null;
    head = at(1);
    count--;
    return slot;
  }

  // ---- the newest of each key

  /** Whether events of one key take each other's place. */
  boolean conflates() {
    return newestByKey != null;
  }

  /** The place of the newest event that is about the same; from now on the ring conflates. */
  @Nullable ConflatedFrame place(QueuedFrame frame) {
    return newestByKey().get(frame.conflationKey());
  }

  /** A place for what comes after {@code frame}, which is to be put into the queue. */
  ConflatedFrame makePlace(QueuedFrame frame) {
    ConflatedFrame place = new ConflatedFrame(frame);
    newestByKey().put(frame.conflationKey(), place);
    return place;
  }

  /** The place stands in the queue no more. */
  void forget(ConflatedFrame place) {
    if (newestByKey != null) {
      newestByKey.remove(place.newest.conflationKey(), place);
    }
  }

  void endConflation() {
    newestByKey = null;
  }

  private Map<ConflationKey, ConflatedFrame> newestByKey() {
    Map<ConflationKey, ConflatedFrame> index = newestByKey;
    if (index == null) {
      index = new HashMap<>();
      newestByKey = index;
      for (int i = 0; i < count; i++) {
        if (get(i) instanceof QueuedFrame frame && frame.conflates()) {
          set(i, makePlace(frame));
        }
      }
    }
    return index;
  }

  // ---- memory

  /** Closes the holes where that frees a quarter of the slots, else doubles them. */
  private void makeRoom() {
    int length = holes >= slots.length / 4 ? slots.length : slots.length * 2;
    @Nullable Object[] roomy = new @Nullable Object[length];
    int kept = 0;
    for (int i = 0; i < count; i++) {
      Object slot = get(i);
      if (slot != null) {
        roomy[kept++] = slot;
      }
    }
    slots = roomy;
    head = 0;
    count = kept;
    holes = 0;
  }

  private int at(int index) {
    return (head + index) & (slots.length - 1);
  }
}
