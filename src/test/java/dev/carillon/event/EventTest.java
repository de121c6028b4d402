package dev.carillon.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventTest {
  private static final EventData DATA = EventData.ofText("hi");

  @Test
  void anEventThatHappensNowHasItsTimeAndAnIdOfItsOwn() {
    long before = System.currentTimeMillis();
    Event event = Event.of("chat.lobby", DATA);
    assertThat(event.timeMillis()).isBetween(before, System.currentTimeMillis());
    assertThat(event.topic()).isEqualTo(new Topic("chat.lobby"));
    assertThat(event.key()).isEmpty();
    assertThat(event.data()).isSameAs(DATA);
    assertThat(event.id()).hasSize(36).isNotEqualTo(Event.of("chat.lobby", DATA).id());
  }

  @Test
  void theSameEventWithAKeyIsOtherwiseTheSame() {
    Event event = Event.of("chat.lobby", DATA);
    assertThat(event.withKey("k"))
        .isEqualTo(
            new Event(event.topic(), event.id(), event.timeMillis(), Optional.of("k"), DATA));
  }

  @Test
  void refusesWhatIsOutsideItsBounds() {
    assertThatExceptionOfType(InvalidTopicException.class)
        .isThrownBy(() -> Event.of("chat.*", DATA));
    Topic topic = new Topic("a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Event(topic, "", 0, Optional.empty(), DATA))
        .withMessage("id of 0 characters; allowed: 1 to 64");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Event(topic, "i".repeat(65), 0, Optional.empty(), DATA))
        .withMessage("id of 65 characters; allowed: 1 to 64");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Event.of("a", DATA).withKey(""))
        .withMessage("key of 0 characters; allowed: 1 to 255");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Event.of("a", DATA).withKey("k".repeat(256)))
        .withMessage("key of 256 characters; allowed: 1 to 255");
    Event longest = new Event(topic, "i".repeat(64), 0, Optional.of("k".repeat(255)), DATA);
    assertThat(longest.id()).hasSize(64);
  }
}
