package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class EventBytesTest {
  private static final Topic TOPIC = new Topic("orders.created");
  private static final Position PLACE = new Position("e", 7);

  private static List<Event> events() {
    return List.of(
        new Event(TOPIC, "id-1", 123, Optional.of("schlüssel"), EventData.ofText("täxt")),
        new Event(TOPIC, "ü".repeat(64), 0, Optional.empty(), EventData.ofBytes(new byte[] {1, 2})),
        new Event(
            TOPIC, "i", -1, Optional.of("k".repeat(255)), EventData.ofJson(new byte[] {'1'})));
  }

  @Example
  void readsAsItWasWritten() {
    for (Event event : events()) {
      byte[] bytes = EventBytes.encode(event);
      assertThat(EventBytes.decode(TOPIC, PLACE, bytes)).contains(event.at(PLACE));
      assertThat(EventBytes.timeMillis(bytes)).isEqualTo(event.timeMillis());
      assertThat(EventBytes.id(bytes)).isEqualTo(event.id());
    }
  }

  @Property
  void whatWasAlteredIsNotRead(
      @ForAll @IntRange(max = 2) int which,
      @ForAll @IntRange(max = 1 << 16) int at,
      @ForAll @IntRange(max = 7) int bit) {
    byte[] bytes = EventBytes.encode(events().get(which));
    bytes[at % bytes.length] ^= (byte) (1 << bit);
    assertThat(EventBytes.decode(TOPIC, PLACE, bytes)).isEmpty();
  }

  @Example
  void whatIsOfAnotherTopicOrTooShortIsNotRead() {
    byte[] bytes = EventBytes.encode(events().get(0));
    assertThat(EventBytes.decode(new Topic("orders"), PLACE, bytes)).isEmpty();
    for (int length = 4; length < bytes.length; length++) {
      assertThat(EventBytes.decode(TOPIC, PLACE, Arrays.copyOf(bytes, length))).isEmpty();
    }
  }
}
