package dev.carillon.cluster;

import static dev.carillon.cluster.Frames.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.cluster.NodeCodec.UnreadableException;
import dev.carillon.cluster.NodeMessage.Events;
import dev.carillon.cluster.NodeMessage.Numbered;
import dev.carillon.cluster.NodeMessage.Receipt;
import dev.carillon.cluster.NodeMessage.Wish;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What {@link NodesFuzzTest} does not see: windows, slow ways and who waits for them. */
final class NodeLinkTest {
  private static final String SELF = new UUID(1, 1).toString();
  private static final String OTHER = new UUID(1, 2).toString();
  private static final long LIFE = 7;
  private static final long MS = 1_000_000;
  private static final long WINDOW = 1 << 20;

  private final List<Buffer> sent = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();
  private long now = 1_000_000 * MS;
  private final NodeLink link = new NodeLink(SELF, sent::add, WINDOW, 16, LIFE, () -> now);

  private static List<WireEvent> events(String topic, int... numbers) {
    return frames(topic, numbers).stream().map(WireEvent::of).toList();
  }

  private static WireEvent large(int number, int bytes) {
    return WireEvent.of(Frames.large("big", number, bytes));
  }

  private void receipt(long received, long takenNumber, Wish wish) {
    link.receipt(new Receipt(OTHER, LIFE, received, takenNumber, wish));
  }

  private Numbered message(int index) throws UnreadableException {
    return (Numbered) NodeCodec.decode(sent.get(index));
  }

  @Test
  void publishersHearWhenTheFarSideHasTheirEvents() {
    link.offer(events("a", 1), List.of(() -> taken.add("first")));
    receipt(2, 1, Wish.NOTHING);
    assertThat(taken).isEmpty();
    receipt(2, 2, Wish.NOTHING);
    assertThat(taken).containsExactly("first");
    assertThat(link.isIdle()).isTrue();
  }

  @Test
  void publishersDoNotWaitForAFarSideThatIsTooSlow() {
    link.offer(events("a", 1), List.of(() -> taken.add("first")));
    link.releaseIfLagging();
    assertThat(taken).isEmpty();
    now += 501 * MS;
    link.releaseIfLagging();
    assertThat(taken).containsExactly("first");
    link.offer(events("a", 2), List.of(() -> taken.add("second")));
    assertThat(taken).containsExactly("first", "second");
  }

  @Test
  void nothingIsSentAgainByTimeAndAllThatIsMissingWhenAskedFor() throws UnreadableException {
    link.offer(events("a", 1), List.of());
    link.offer(events("a", 2), List.of());
    link.offer(events("a", 3), List.of());
    now += 60_000 * MS;
    link.releaseIfLagging();
    assertThat(sent).hasSize(3);
    receipt(2, 2, Wish.SEND_AGAIN);
    assertThat(sent).hasSize(5);
    assertThat(message(3).number()).isEqualTo(2);
    assertThat(message(4).number()).isEqualTo(3);
    // Asked twice for the same: it is on its way.
    receipt(2, 2, Wish.SEND_AGAIN);
    assertThat(sent).hasSize(5);
    assertThat(link.resent()).isEqualTo(2);
  }

  @Test
  void whatFindsNoRoomIsCountedAndToldAheadOfWhatFollows() throws UnreadableException {
    link.offer(List.of(large(1, (int) WINDOW)), List.of());
    link.offer(events("a", 1, 2), List.of(() -> taken.add("dropped")));
    assertThat(taken).containsExactly("dropped");
    assertThat(link.eventsLost()).isEqualTo(2);
    receipt(2, 2, Wish.NOTHING);
    Events told = (Events) message(1).load();
    assertThat(told.gaps()).containsExactly(new Gap("a", 2, GapReason.CLUSTER_LOSS));
    assertThat(told.events()).isEmpty();
  }

  @Test
  void aSlowWayGetsASmallerWindowAndGetsItBack() {
    for (int i = 1; i <= 10; i++) {
      link.offer(events("a", i), List.of());
      now += 1500 * MS;
      receipt(i + 1, i + 1, Wish.NOTHING);
    }
    assertThat(link.window()).isEqualTo(64 << 10);
    for (int i = 11; i <= 20; i++) {
      link.offer(events("a", i), List.of());
      now += 100 * MS;
      receipt(i + 1, i + 1, Wish.NOTHING);
      now += 600 * MS;
    }
    assertThat(link.window()).isEqualTo(WINDOW);
  }

  @Test
  void aNodeThatIsAwayGetsAWindowOfWhatItMissedAndTheCountOfTheRest() throws UnreadableException {
    link.suspend();
    link.offer(events("a", 1), List.of(() -> taken.add("not awaited")));
    assertThat(taken).containsExactly("not awaited");
    link.offer(List.of(large(1, (int) WINDOW)), List.of());
    assertThat(sent).isEmpty();
    link.resume();
    sent.clear();
    receipt(1, 1, Wish.SEND_AGAIN);
    assertThat(sent).hasSize(2);
    assertThat(((Events) message(0).load()).events()).hasSize(1);
    assertThat(((Events) message(1).load()).gaps())
        .containsExactly(new Gap("big", 1, GapReason.CLUSTER_LOSS));
  }

  @Test
  void ofTopicsThatItBeganToWantMeanwhileItIsToldThatSomeMayBeMissing() throws UnreadableException {
    link.suspend();
    link.missUnasked(Frames.frame("late", 1));
    link.missUnasked(Frames.frame("never", 1));
    link.resume();
    link.announceUnasked(topic -> topic.equals("never"));
    assertThat(((Events) message(sent.size() - 1).load()).gaps())
        .containsExactly(new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, GapReason.CLUSTER_LOSS));
  }
}
