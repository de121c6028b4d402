package dev.carillon.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import dev.carillon.publish.PublishOutcome.Published;
import dev.carillon.publish.PublishOutcome.Refused;
import dev.carillon.store.AppendAnswer;
import dev.carillon.store.AppendOutcome;
import dev.carillon.store.AppendOutcome.StoredEvent;
import dev.carillon.store.EventStore;
import dev.carillon.store.HistoryBounds;
import dev.carillon.store.HistoryPage;
import dev.carillon.store.NewEvent;
import dev.carillon.store.StoreHealth;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Publishing to topics with history, with a store that answers when the test says so. */
final class HistoryPublishTest {
  private final HeldStore store = new HeldStore();
  private final HeldRelay relay = new HeldRelay();
  private final Connection connection = new Connection();
  private @Nullable String refusal;
  private final List<PublishOutcome> outcomes = new ArrayList<>();
  private final Publisher publisher =
      new Publisher(
          new PublishSettings(1 << 20, 1 << 16),
          relay,
          new DeduplicationWindow(Duration.ofMinutes(2), 1000, () -> 0),
          Optional.of(
              new Histories(
                  store,
                  topic -> topic.startsWith("kept"),
                  pattern -> true,
                  () -> Optional.ofNullable(refusal))),
          Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
          new Random(1));

  private static PublishRequest request(String topic, String data) {
    return new PublishRequest(
        new Topic(topic), EventData.ofText(data), Optional.empty(), Optional.empty());
  }

  private void publish(PublishRequest... requests) {
    publisher.publish(connection, List.of(requests), outcomes::add);
  }

  @Test
  void nobodySeesAnEventAndNobodyHasAnAnswerBeforeItIsStored() {
    publish(request("kept", "x"));
    relay.endTick();
    assertThat(outcomes).isEmpty();
    assertThat(relay.relayed).isEmpty();
    assertThat(publisher.isIdle()).isFalse();
    store.answerStored(41);
    assertThat(relay.relayed).containsExactly("kept 41");
    relay.endTick();
    assertThat(((Published) outcomes.get(0)).events().get(0).position())
        .contains(new Position("e", 41));
    assertThat(publisher.isIdle()).isFalse();
    relay.takeAll();
    assertThat(publisher.isIdle()).isTrue();
  }

  @Test
  void whatTheStoreRefusesIsNotPublishedAndMayBeTriedAgain() {
    publish(request("kept", "x"), request("plain", "y"));
    store.answer(new AppendOutcome.Unavailable("no space left"));
    relay.endTick();
    Refused refused = (Refused) outcomes.get(0);
    assertThat(refused.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(refused.code().isRetryable()).isTrue();
    assertThat(refused.message()).isEqualTo("no space left");
    assertThat(relay.relayed).isEmpty();
    assertThat(publisher.isIdle()).isTrue();
  }

  @Test
  void anIdOfOtherContentIsAConflictOfTheWholeBatch() {
    publish(request("plain", "y"), request("kept", "x"));
    store.answer(new AppendOutcome.Conflict(0));
    relay.endTick();
    assertThat(((Refused) outcomes.get(0)).code()).isEqualTo(ErrorCode.DUPLICATE_CONFLICT);
    assertThat(relay.relayed).isEmpty();
  }

  @Test
  void aRepeatIsAnsweredAndNotPublishedAgain() {
    publish(request("kept", "x"));
    store.answerRepeat(7);
    relay.endTick();
    assertThat(relay.relayed).isEmpty();
    assertThat(((Published) outcomes.get(0)).events().get(0).position())
        .contains(new Position("e", 7));
    assertThat(publisher.counts().repeats()).isEqualTo(1);
    assertThat(relay.again).containsExactly("kept@7");
    relay.takeAll();
    assertThat(publisher.isIdle()).isTrue();
  }

  @Test
  void whatOneConnectionPublishesKeepsItsOrderBehindAMixedBatch() {
    publish(request("plain", "1"), request("kept", "x"));
    assertThat(connection.paused).isTrue();
    publish(request("plain", "2"));
    relay.endTick();
    assertThat(relay.relayed).isEmpty();
    store.answerStored(1);
    relay.endTick();
    assertThat(relay.relayed).containsExactly("kept 1", "plain \"1\"", "plain \"2\"");
    assertThat(connection.paused).isFalse();
    assertThat(outcomes).hasSize(2).allMatch(outcome -> outcome instanceof Published);
  }

  private static final class Connection extends PublishSource {
    boolean paused;

    @Override
    protected void pausePublishing() {
      assertThat(paused).isFalse();
      paused = true;
    }

    @Override
    protected void resumePublishing() {
      assertThat(paused).isTrue();
      paused = false;
    }

    @Override
    protected void flushAnswers() {}
  }

  private static final class HeldRelay implements EventRelay {
    final List<String> again = new ArrayList<>();

    @Override
    public void storedAgain(String topic, Position position) {
      again.add(topic + "@" + position.offset());
    }

    final List<String> relayed = new ArrayList<>();
    private final List<Runnable> ticks = new ArrayList<>();
    private final List<Runnable> taken = new ArrayList<>();

    @Override
    public void relay(List<EventFrame> frames, Runnable whenTaken) {
      for (EventFrame frame : frames) {
        relayed.add(
            frame.topic() + " " + (frame.offset() > 0 ? frame.offset() : frame.event().data()));
      }
      taken.add(whenTaken);
    }

    @Override
    public Ticket prepare(Runnable whenTaken) {
      return new Ticket() {
        @Override
        public void relay(List<EventFrame> frames) {
          HeldRelay.this.relay(frames, whenTaken);
        }

        @Override
        public void cancel() {}
      };
    }

    @Override
    public void atEndOfTick(Runnable action) {
      ticks.add(action);
    }

    @Override
    public void execute(Runnable action) {
      action.run();
    }

    void endTick() {
      List<Runnable> due = List.copyOf(ticks);
      ticks.clear();
      due.forEach(Runnable::run);
    }

    void takeAll() {
      List<Runnable> due = List.copyOf(taken);
      taken.clear();
      due.forEach(Runnable::run);
    }
  }

  private static final class HeldStore implements EventStore {
    private final List<NewEvent> events = new ArrayList<>();
    private final List<AppendAnswer> answers = new ArrayList<>();

    @Override
    public void append(List<NewEvent> appended, AppendAnswer answer) {
      events.addAll(appended);
      answers.add(answer);
    }

    void answer(AppendOutcome outcome) {
      answers.remove(0).accept(outcome);
    }

    void answerStored(long offset) {
      answer(stored(offset, false));
    }

    void answerRepeat(long offset) {
      answer(stored(offset, true));
    }

    private AppendOutcome stored(long offset, boolean repeat) {
      return new AppendOutcome.Stored(
          List.of(new StoredEvent(events.remove(0).event().at(new Position("e", offset)), repeat)));
    }

    @Override
    public CompletionStage<HistoryPage> read(String topic, long after, int events, long bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<HistoryBounds> bounds(String topic) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<HistoryBounds>> histories(
        Pattern pattern, String after, int limit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<HistoryBounds> purge(String topic) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StoreHealth health() {
      return new StoreHealth.Healthy();
    }

    @Override
    public CompletionStage<Void> close() {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void whatMayNotBeStoredNowIsRefusedWithTheReason() {
    refusal = "this node reaches 1 of cluster.minimumMembers = 2 nodes";
    publisher.publish(connection, List.of(request("kept.a", "1")), outcomes::add);
    assertThat(outcomes)
        .containsExactly(new PublishOutcome.Refused(ErrorCode.STORE_UNAVAILABLE, refusal));
  }
}
