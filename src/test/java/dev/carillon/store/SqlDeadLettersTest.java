package dev.carillon.store;

import static dev.carillon.store.Appends.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.GapReason;
import dev.carillon.event.Topic;
import dev.carillon.store.DeadLetters.Filter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqlDeadLettersTest extends DeadLettersContract {
  @TempDir private Path directory;

  @Override
  DeadLetters open(DeadLetterSettings settings) {
    return SqlDeadLetters.open(directory.resolve("letters.db"), settings, clock);
  }

  private DeadLetters other() {
    return other(10);
  }

  private DeadLetters other(int maxEvents) {
    return SqlDeadLetters.open(
        directory.resolve("other.db"),
        new DeadLetterSettings(maxEvents, 1 << 20, Duration.ofHours(1), 10, 1 << 20, 100),
        clock);
  }

  private DeadLetter letter() {
    Event event = new Event(new Topic("a"), "id", 5, Optional.empty(), EventData.ofText("x"));
    return new DeadLetter(
        0, "a", "ann", GapReason.QUEUE_FULL, clock.millis(), new DeadLetter.Lost(event));
  }

  @Test
  void theyOutliveTheProcess() {
    DeadLetters first = other();
    first.write(List.of(letter()));
    get(first.close());
    DeadLetters second = other();
    assertThat(get(second.list(Filter.ALL, 0, 10))).hasSize(1);
    assertThat(second.counts().kept()).isEqualTo(1);
    get(second.close());
  }

  @Test
  void smallerBoundsHoldFromTheStartOn() {
    DeadLetters first = other(5);
    first.write(List.of(letter(), letter(), letter(), letter()));
    get(first.close());
    DeadLetters second = other(3);
    // Behind what the start has to do.
    assertThat(get(second.find(List.of()))).isEmpty();
    assertThat(second.counts().kept()).isEqualTo(3);
    get(second.close());
  }

  @Test
  void aDamagedFileIsMovedAsideAndANodeStartsAllTheSame() throws IOException {
    Files.writeString(directory.resolve("other.db"), "no database ".repeat(1000));
    DeadLetters fresh = other();
    fresh.write(List.of(letter()));
    assertThat(get(fresh.list(Filter.ALL, 0, 10))).hasSize(1);
    get(fresh.close());
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("other.db.damaged-"));
    }
  }
}
