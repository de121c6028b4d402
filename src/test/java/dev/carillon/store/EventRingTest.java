package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.event.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

final class EventRingTest {

  /** Each number adds so many events, or removes so many where it is below zero. */
  @Property(tries = 200)
  void holdsWhatAQueueHolds(@ForAll @Size(max = 40) List<Byte> steps) {
    EventRing ring = new EventRing();
    Deque<Event> model = new ArrayDeque<>();
    int made = 0;
    for (byte step : steps) {
      for (int i = 0; i < step; i++) {
        Event event = Appends.event("a", "e" + made++, "x").event();
        ring.add(event);
        model.addLast(event);
      }
      for (int i = step; i < 0 && !model.isEmpty(); i++) {
        ring.removeOldest();
        model.removeFirst();
      }
      List<Event> held = new ArrayList<>();
      for (int i = 0; i < ring.size(); i++) {
        held.add(ring.get(i));
      }
      assertThat(held).containsExactlyElementsOf(model);
      assertThatThrownBy(() -> ring.get(model.size()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
