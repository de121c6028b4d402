package dev.carillon.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import dev.carillon.publish.DeduplicationWindow.Sighting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DeduplicationWindowTest {
  private final AtomicLong nanos = new AtomicLong();
  private final DeduplicationWindow window =
      new DeduplicationWindow(Duration.ofMinutes(2), 1000, nanos::get);

  private static PublishRequest request(String topic, String data, String key) {
    return new PublishRequest(
        new Topic(topic), EventData.ofText(data), Optional.of(key), Optional.empty());
  }

  private static final PublishRequest FIRST = request("a", "data", "k");

  @Test
  void knowsARepeatFromAConflict() {
    assertThat(window.remember(FIRST, "id")).isEqualTo(Sighting.NEW);
    assertThat(window.remember(FIRST, "id")).isEqualTo(Sighting.REPEAT);
    assertThat(window.remember(request("a", "data", "k"), "id")).isEqualTo(Sighting.REPEAT);
    assertThat(window.remember(request("a", "other", "k"), "id")).isEqualTo(Sighting.CONFLICT);
    assertThat(window.remember(request("a", "data", "other"), "id")).isEqualTo(Sighting.CONFLICT);
    assertThat(window.remember(FIRST, "id")).isEqualTo(Sighting.REPEAT);
  }

  @Test
  void anIdIsOneTopicsOwn() {
    assertThat(window.remember(FIRST, "id")).isEqualTo(Sighting.NEW);
    assertThat(window.remember(request("b", "other", "k"), "id")).isEqualTo(Sighting.NEW);
    assertThat(window.remember(FIRST, "other id")).isEqualTo(Sighting.NEW);
  }

  @Test
  void bytesAreOtherContentThanTheirBase64AsText() {
    PublishRequest bytes =
        new PublishRequest(
            new Topic("a"), EventData.ofBase64("QUJD"), Optional.empty(), Optional.empty());
    PublishRequest text =
        new PublishRequest(
            new Topic("a"), EventData.ofText("QUJD"), Optional.empty(), Optional.empty());
    assertThat(window.remember(bytes, "id")).isEqualTo(Sighting.NEW);
    assertThat(window.remember(text, "id")).isEqualTo(Sighting.CONFLICT);
  }

  @Test
  void lookingRemembersNothing() {
    assertThat(window.look(FIRST, "id")).isEqualTo(Sighting.NEW);
    assertThat(window.look(FIRST, "id")).isEqualTo(Sighting.NEW);
    window.remember(FIRST, "id");
    assertThat(window.look(FIRST, "id")).isEqualTo(Sighting.REPEAT);
    assertThat(window.look(request("a", "other", "k"), "id")).isEqualTo(Sighting.CONFLICT);
  }

  @Test
  void anIdIsForgottenWhenItsWindowHasPassedAndNotBefore() {
    window.remember(FIRST, "id");
    nanos.set(Duration.ofMinutes(2).toNanos() - 1);
    // A repeat does not make the window longer.
    assertThat(window.remember(FIRST, "id")).isEqualTo(Sighting.REPEAT);
    nanos.incrementAndGet();
    assertThat(window.look(FIRST, "id")).isEqualTo(Sighting.NEW);
    assertThat(window.remember(request("a", "other", "k"), "id")).isEqualTo(Sighting.NEW);
  }

  @Test
  void idsAreBoundedInNumber() {
    for (int i = 0; i < 20_000; i++) {
      window.remember(FIRST, "id-" + i);
    }
    assertThat(window.size()).isBetween(500L, 1000L);
  }
}
