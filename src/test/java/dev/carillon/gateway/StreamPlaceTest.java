package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import dev.carillon.store.HistoryBounds;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class StreamPlaceTest {

  private static StreamPlace place(HistoryBounds... histories) {
    List<HistoryStart> starts = List.of(histories).stream().map(StreamPlaceTest::live).toList();
    return new StreamPlace(
        List.of(new SubscribedTopic(new Pattern(">"), true, starts, true, Optional.empty())));
  }

  private static HistoryStart live(HistoryBounds bounds) {
    return HistoryStart.of(bounds, Optional.empty());
  }

  private static EventFrame event(String topic, String epoch, long offset) {
    return new EventFrame(
        new Event(new Topic(topic), "id", 0, Optional.empty(), EventData.ofText("x"))
            .at(new Position(epoch, offset)));
  }

  private static StreamPlace.Resumed resumed(StreamPlace place) {
    String text = place.takeText().orElseThrow();
    assertThat(text).matches("[A-Za-z0-9_-]+");
    return StreamPlace.read(text).orElseThrow();
  }

  private static Optional<StartAt> behind(String epoch, long offset) {
    return Optional.of(new StartAt.Behind(new Position(epoch, offset)));
  }

  @Test
  void whatWasSentIsWhereItGoesOn() {
    StreamPlace place =
        place(new HistoryBounds("a", "e1", 1, 10), new HistoryBounds("b", "e2", 1, 5));
    place.accept(event("a", "e1", 11));
    place.accept(event("new", "e1", 1));
    place.accept(new GapFrame(new Gap("b", 3, GapReason.QUEUE_FULL, 6, 8, "")));
    StreamPlace.Resumed resumed = resumed(place);
    assertThat(resumed.complete()).isTrue();
    assertThat(resumed.in("a", "e1")).isEqualTo(behind("e1", 11));
    assertThat(resumed.in("b", "e2")).isEqualTo(behind("e2", 8));
    assertThat(resumed.in("new", "e1")).isEqualTo(behind("e1", 1));
    assertThat(resumed.in("other", "e1")).isEmpty();
    // Another history: nothing of it is known.
    assertThat(resumed.in("a", "e9")).isEqualTo(behind("", 11));
  }

  @Test
  void aNewHistoryIsBegunFromItsStart() {
    StreamPlace place = place(new HistoryBounds("a", "e1", 1, 10));
    place.accept(new GapFrame(Gap.ofEpoch("a", "e2")));
    assertThat(resumed(place).in("a", "e2")).isEqualTo(behind("e2", 0));
  }

  @Test
  void nothingNewIsNotSaidAgain() {
    StreamPlace place = place(new HistoryBounds("a", "e1", 1, 10));
    assertThat(place.takeText()).isPresent();
    assertThat(place.takeText()).isEmpty();
    place.accept(event("a", "e1", 11));
    assertThat(place.takeText()).isPresent();
  }

  @Test
  void twoHundredHistoriesFitAHeaderAndMoreAreSaidToBeMissing() {
    StreamPlace place = place();
    for (int i = 0; i < 200; i++) {
      place.accept(event("topic.with.a.long.name.number-" + i, "epoch-" + i, 1_000_000_000L + i));
    }
    String text = place.takeText().orElseThrow();
    assertThat(text).hasSizeLessThan(6000);
    StreamPlace.Resumed resumed = StreamPlace.read(text).orElseThrow();
    assertThat(resumed.complete()).isTrue();
    assertThat(resumed.in("topic.with.a.long.name.number-199", "epoch-199"))
        .isEqualTo(behind("epoch-199", 1_000_000_199L));
    place.accept(event("one.more", "e", 1));
    assertThat(resumed(place).complete()).isFalse();
  }

  @Property
  void anyOffsetComesBack(@ForAll @LongRange(min = 1, max = Long.MAX_VALUE / 4) long offset) {
    StreamPlace place = place();
    place.accept(event("a", "e", offset));
    assertThat(resumed(place).in("a", "e")).isEqualTo(behind("e", offset));
  }

  @Property
  void whatIsNoPlaceIsNone(@ForAll String text) {
    // Whatever a client sends: an answer or none, never a failure.
    StreamPlace.read(text).ifPresent(read -> assertThat(read.offsets()).isNotNull());
  }
}
