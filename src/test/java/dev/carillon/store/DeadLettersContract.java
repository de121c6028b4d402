package dev.carillon.store;

import static dev.carillon.store.Appends.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.GapReason;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import dev.carillon.store.Appends.FakeClock;
import dev.carillon.store.DeadLetter.Lost;
import dev.carillon.store.DeadLetter.LostRange;
import dev.carillon.store.DeadLetters.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every keeper of dead letters keeps to. */
abstract class DeadLettersContract {
  final FakeClock clock = new FakeClock();
  private DeadLetters letters;

  abstract DeadLetters open(DeadLetterSettings settings);

  private static DeadLetterSettings settings(int maxEvents, long maxBytes, int maxTopics) {
    return new DeadLetterSettings(
        maxEvents, maxBytes, Duration.ofHours(1), maxTopics, 1L << 30, 100_000);
  }

  @BeforeEach
  void openLetters() {
    letters = open(settings(100, 1 << 20, 10));
  }

  @AfterEach
  void closeLetters() {
    get(letters.close());
  }

  private void reopen(DeadLetterSettings settings) {
    get(letters.close());
    letters = open(settings);
  }

  private DeadLetter letter(String topic, String subscriber, String data) {
    Event event = new Event(new Topic(topic), "id", 5, Optional.of("key"), EventData.ofText(data));
    return new DeadLetter(
        0, topic, subscriber, GapReason.QUEUE_FULL, clock.millis(), new Lost(event));
  }

  private List<DeadLetter> all() {
    return get(letters.list(Filter.ALL, 0, 1000));
  }

  private List<String> data(List<DeadLetter> found) {
    return found.stream().map(one -> ((Lost) one.content()).event().data().toString()).toList();
  }

  @Test
  void whatIsWrittenIsFoundAsItWasOldestFirst() {
    DeadLetter range =
        new DeadLetter(
            0, "kept", "bob", GapReason.OVERLOAD, clock.millis(), new LostRange("e1", 43, 57));
    letters.write(List.of(letter("a", "ann", "1"), range));
    List<DeadLetter> found = all();
    assertThat(found).hasSize(2);
    assertThat(found.get(0).with(0, found.get(0).content())).isEqualTo(letter("a", "ann", "1"));
    assertThat(found.get(1).with(0, found.get(1).content())).isEqualTo(range);
    assertThat(found.get(1).id()).isGreaterThan(found.get(0).id());
    assertThat(get(letters.find(List.of(found.get(1).id(), 99L)))).containsExactly(found.get(1));
  }

  @Test
  void pagesAndFiltersFindWhatIsMeant() {
    for (int i = 0; i < 6; i++) {
      letters.write(List.of(letter(i % 2 == 0 ? "a" : "b", i < 3 ? "ann" : "bob", "" + i)));
    }
    assertThat(data(get(letters.list(new Filter("a", ""), 0, 10))))
        .containsExactly("\"0\"", "\"2\"", "\"4\"");
    assertThat(data(get(letters.list(new Filter("b", "bob"), 0, 10))))
        .containsExactly("\"3\"", "\"5\"");
    List<DeadLetter> first = get(letters.list(Filter.ALL, 0, 4));
    assertThat(data(get(letters.list(Filter.ALL, first.get(3).id(), 4))))
        .containsExactly("\"4\"", "\"5\"");
  }

  @Test
  void removedOnesAreGoneAndCounted() {
    letters.write(List.of(letter("a", "ann", "1"), letter("a", "bob", "2")));
    long id = all().get(0).id();
    assertThat(get(letters.remove(List.of(id, 999L)))).isEqualTo(1);
    assertThat(get(letters.remove(List.of(id)))).isZero();
    assertThat(get(letters.purge(new Filter("", "bob")))).isEqualTo(1);
    assertThat(all()).isEmpty();
    assertThat(letters.counts().kept()).isZero();
    assertThat(letters.counts().written()).isEqualTo(2);
  }

  @Test
  void eachTopicKeepsTheNewestUpToItsBounds() {
    reopen(settings(3, 1 << 20, 10));
    for (int i = 0; i < 10; i++) {
      letters.write(List.of(letter("a", "ann", "" + i)));
    }
    letters.write(List.of(letter("b", "ann", "other")));
    assertThat(data(get(letters.list(new Filter("a", ""), 0, 100))))
        .containsExactly("\"7\"", "\"8\"", "\"9\"");
    assertThat(get(letters.list(new Filter("b", ""), 0, 100))).hasSize(1);
    long one = letter("a", "ann", "x".repeat(500)).bytes();
    reopen(settings(100, 2 * one, 10));
    get(letters.purge(Filter.ALL));
    for (int i = 0; i < 5; i++) {
      letters.write(List.of(letter("a", "ann", "x".repeat(500))));
    }
    assertThat(all()).hasSize(2);
  }

  @Test
  void oldOnesGo() {
    letters.write(List.of(letter("a", "ann", "old")));
    clock.advance(Duration.ofMinutes(61).toMillis());
    letters.write(List.of(letter("a", "ann", "new")));
    assertThat(data(all())).containsExactly("\"new\"");
  }

  @Test
  void whatFurtherTopicsLoseIsCountedOnly() {
    reopen(settings(100, 1 << 20, 2));
    for (String topic : List.of("a", "b", "c")) {
      letters.write(List.of(letter(topic, "ann", "1")));
    }
    assertThat(all()).hasSize(2);
    assertThat(letters.counts().discarded()).isEqualTo(1);
    get(letters.purge(new Filter("a", "")));
    letters.write(List.of(letter("c", "ann", "2")));
    assertThat(all()).hasSize(2);
  }

  @Test
  void aStormIsCountedToTheLastEvent() {
    LostEvents lost = new LostEvents(letters, 1000);
    int storm = 200_000;
    EventFrame frame =
        new EventFrame(
            new Event(
                new Topic("a"), "id", 5, Optional.empty(), EventData.ofText("x".repeat(100))));
    for (int i = 0; i < storm; i++) {
      lost.lost("s" + i % 7, GapReason.QUEUE_FULL, frame);
      if (i % 10_000 == 0) {
        lost.flush();
      }
    }
    lost.flush();
    assertThat(all()).hasSizeLessThanOrEqualTo(100);
    DeadLetters.Counts counts = letters.counts();
    assertThat(counts.written() + counts.discarded() + lost.uncollected()).isEqualTo(storm);
  }

  @Test
  void consecutiveOffsetsOfOneSubscriberAreOneRange() {
    LostEvents lost = new LostEvents(letters, 1000);
    List<DeadLetter.Content> expected = new ArrayList<>();
    for (long offset = 1; offset <= 50; offset++) {
      Event event =
          new Event(new Topic("a"), "id", 5, Optional.empty(), EventData.ofText("x"))
              .at(new Position("e", offset));
      lost.lost("ann", GapReason.QUEUE_FULL, new EventFrame(event));
      if (offset != 20) {
        lost.lost("bob", GapReason.QUEUE_FULL, new EventFrame(event));
      }
    }
    lost.flush();
    expected.add(new LostRange("e", 1, 50));
    expected.add(new LostRange("e", 1, 19));
    expected.add(new LostRange("e", 21, 50));
    assertThat(all().stream().map(DeadLetter::content)).containsExactlyElementsOf(expected);
  }
}
