package dev.carillon.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class EventIdsTest {
  private static final long NOW = 0x0123_4567_89abL;

  @Test
  void anIdIsAUuidOfVersion7InItsCanonicalForm() {
    String id = new EventIds(new Random(1)).next(NOW);
    UUID uuid = UUID.fromString(id);
    assertThat(uuid).hasToString(id);
    assertThat(uuid.version()).isEqualTo(7);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(NOW);
  }

  @Property(tries = 100)
  void idsAscendAndNeverRepeatWhateverTheClockDoes(
      @ForAll @Size(max = 200) List<@LongRange(min = -3, max = 2) Long> steps, @ForAll long seed) {
    EventIds ids = new EventIds(new Random(seed));
    long now = NOW;
    String last = "";
    for (long step : steps) {
      now += step;
      String id = ids.next(now);
      assertThat(id).isGreaterThan(last);
      last = id;
    }
  }

  @Test
  void idsStayUniqueAndInOrderWhenAMillisecondIsUsedUp() {
    EventIds ids = new EventIds(new Random(1));
    String last = "";
    for (int i = 0; i < 10_000; i++) {
      String id = ids.next(NOW);
      assertThat(id.compareTo(last)).isPositive();
      last = id;
    }
    // 4,096 ids a millisecond: the time ran ahead by two, and goes on once the clock is past it.
    assertThat(UUID.fromString(last).getMostSignificantBits() >>> 16).isEqualTo(NOW + 2);
    assertThat(ids.next(NOW + 1)).isGreaterThan(last);
    assertThat(UUID.fromString(ids.next(NOW + 3)).getMostSignificantBits() >>> 16)
        .isEqualTo(NOW + 3);
  }

  @Test
  void sourcesDoNotRepeatEachOther() {
    Set<String> seen = new HashSet<>();
    for (int source = 0; source < 1000; source++) {
      seen.add(new EventIds(new Random(source)).next(NOW));
    }
    assertThat(seen).hasSize(1000);
  }
}
