package dev.carillon.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import dev.carillon.publish.PublishOutcome.Published;
import dev.carillon.publish.PublishOutcome.Refused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PublisherTest {
  private static final Instant NOW = Instant.parse("2026-11-23T17:00:00.123Z");

  /** Of one request as {@link #request} makes it, in the eyes of admission. */
  private static final long BYTES = request(1).bytes();

  private final FakeRelay relay = new FakeRelay();
  private final DeduplicationWindow window =
      new DeduplicationWindow(Duration.ofMinutes(2), 1000, () -> 0);
  private final Publisher publisher = publisher(100 * BYTES, 10 * BYTES);
  private final Connection connection = new Connection();
  private final Connection other = new Connection();
  private final List<Heard> all = new ArrayList<>();

  private Publisher publisher(long maxBytes, long maxBytesPerConnection) {
    return new Publisher(
        new PublishSettings(maxBytes, maxBytesPerConnection),
        relay,
        window,
        Optional.empty(),
        Clock.fixed(NOW, ZoneOffset.UTC),
        new Random(1));
  }

  private static PublishRequest request(int data) {
    return new PublishRequest(
        new Topic("a"), EventData.parse(String.valueOf(data)), Optional.empty(), Optional.empty());
  }

  private static PublishRequest request(int data, String eventId) {
    return new PublishRequest(
        new Topic("a"),
        EventData.parse(String.valueOf(data)),
        Optional.empty(),
        Optional.of(eventId));
  }

  private Heard publish(Connection source, PublishRequest... requests) {
    return publish(publisher, source, Arrays.asList(requests));
  }

  private Heard publish(Publisher publisher, Connection source, List<PublishRequest> requests) {
    Heard heard = new Heard();
    publisher.publish(source, requests, heard);
    all.add(heard);
    return heard;
  }

  @AfterEach
  void eachPublishHadOneOutcome() {
    relay.endTick();
    assertThat(all).allSatisfy(heard -> assertThat(heard.outcomes).hasSize(1));
  }

  private static PublishRequest[] requests(int count) {
    PublishRequest[] requests = new PublishRequest[count];
    Arrays.setAll(requests, i -> request(1));
    return requests;
  }

  // ---- what is published

  @Test
  void whatOneTurnOfTheLoopPublishesGoesToTheRelayTogetherAndInOrder() {
    Heard first = publish(connection, request(1), request(2, "own"));
    Heard second = publish(other, request(3));
    assertThat(relay.publications).isEmpty();
    relay.endTick();
    List<String> ids = new ArrayList<>(first.ids());
    ids.addAll(second.ids());
    assertThat(relay.publications).hasSize(1);
    List<EventFrame> frames = relay.publications.get(0);
    assertThat(frames).extracting(f -> f.event().data().toString()).containsExactly("1", "2", "3");
    assertThat(frames).extracting(frame -> frame.event().id()).containsExactlyElementsOf(ids);
    assertThat(frames)
        .allSatisfy(frame -> assertThat(frame.event().timeMillis()).isEqualTo(NOW.toEpochMilli()));
    assertThat(ids.get(1)).isEqualTo("own");
    assertThat(new TreeSet<>(ids)).hasSize(3);

    publish(connection, request(4));
    relay.endTick();
    assertThat(relay.publications).hasSize(2);
    assertThat(publisher.counts().published()).isEqualTo(4);
  }

  @Test
  void successIsAnsweredWhenTheRelayHasTheEvents() {
    List<Integer> relayedWhenAnswered = new ArrayList<>();
    publisher.publish(
        connection,
        List.of(request(1)),
        outcome -> relayedWhenAnswered.add(relay.publications.size()));
    assertThat(relayedWhenAnswered).isEmpty();
    relay.endTick();
    assertThat(relayedWhenAnswered).containsExactly(1);
    assertThat(connection.flushes).isEqualTo(1);
  }

  @Test
  void aTurnMayEndEarly() {
    Heard heard = publish(connection, request(1));
    publisher.flush();
    assertThat(heard.ids()).hasSize(1);
    relay.endTick();
    assertThat(relay.publications).hasSize(1);
  }

  @Test
  void nothingIsPublishedForNoRequests() {
    assertThat(publish(connection).ids()).isEmpty();
    assertThat(relay.ticks).isEmpty();
  }

  // ---- admission

  @Test
  void aConnectionHasItsBoundOfBytesOnTheirWay() {
    publish(connection, requests(10));
    assertThat(publish(connection, request(1)).refused()).isNotNull();
    assertThat(publish(other, request(1)).isTaken()).isTrue();
    relay.endTick();
    relay.takeAll();
    assertThat(publish(connection, requests(10)).isTaken()).isTrue();
  }

  @Test
  void allConnectionsTogetherHaveABoundOfBytesOnTheirWay() {
    Publisher small = publisher(15 * BYTES, 10 * BYTES);
    publish(small, connection, List.of(requests(10)));
    publish(small, other, List.of(requests(5)));
    Refused refused = publish(small, new Connection(), List.of(request(1))).refused();
    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused.code().isRetryable()).isTrue();
    assertThat(small.counts()).isEqualTo(new PublishCounts(15, 0, 1, 15 * BYTES));
    assertThat(small.isIdle()).isFalse();
    relay.endTick();
    relay.takeAll();
    assertThat(small.isIdle()).isTrue();
    assertThat(publish(small, new Connection(), List.of(request(1))).isTaken()).isTrue();
  }

  @Test
  void oneBatchFitsAnIdleConnectionHoweverLargeItIs() {
    assertThat(publish(connection, requests(50)).isTaken()).isTrue();
    assertThat(publish(connection, request(1)).refused()).isNotNull();
  }

  @Test
  void whatIsRefusedLeavesNoTrace() {
    publish(connection, requests(10));
    Refused refused = publish(connection, request(1, "x"), request(2, "y")).refused();
    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(publisher.counts()).isEqualTo(new PublishCounts(10, 0, 2, 10 * BYTES));
    relay.endTick();
    relay.takeAll();
    // The ids are not known: the same call succeeds later, with other content too.
    Heard heard = publish(connection, request(3, "x"), request(4, "y"));
    relay.endTick();
    assertThat(heard.ids()).containsExactly("x", "y");
    assertThat(publisher.counts().repeats()).isZero();
  }

  // ---- pressure

  @Test
  void aConnectionPausesAboveHalfItsBoundAndReadsOnAtAQuarter() {
    publish(connection, requests(5));
    assertThat(connection.paused).isFalse();
    publish(connection, request(1));
    assertThat(connection.paused).isTrue();
    assertThat(other.paused).isFalse();
    relay.endTick();
    publish(connection, requests(2));
    relay.endTick();
    // 8 are on their way; 6 of them are taken.
    relay.take();
    assertThat(connection.paused).isFalse();
    assertThat(connection.changes).isEqualTo(2);
  }

  @Test
  void aConnectionStaysPausedWhileMoreThanAQuarterIsOnItsWay() {
    publish(connection, requests(3));
    relay.endTick();
    publish(connection, requests(5));
    relay.endTick();
    assertThat(connection.paused).isTrue();
    relay.take();
    assertThat(connection.paused).isTrue();
    relay.take();
    assertThat(connection.paused).isFalse();
  }

  @Test
  void whoPublishesWhileTheNodeIsHalfFullPausesUntilItIsAQuarterFull() {
    Publisher small = publisher(8 * BYTES, 100 * BYTES);
    publish(small, connection, List.of(requests(3)));
    relay.endTick();
    publish(small, other, List.of(requests(2)));
    relay.endTick();
    assertThat(connection.paused).isFalse();
    assertThat(other.paused).isTrue();
    relay.take();
    assertThat(other.paused).isFalse();
    assertThat(other.changes).isEqualTo(2);
  }

  @Test
  void aConnectionPausedForBothReasonsReadsOnWhenBothAreGone() {
    Publisher small = publisher(20 * BYTES, 20 * BYTES);
    Connection quiet = new Connection();
    publish(small, quiet, List.of(requests(6)));
    relay.endTick();
    publish(small, connection, List.of(requests(11)));
    relay.endTick();
    assertThat(connection.paused).isTrue();
    relay.takeLast();
    // It has nothing on its way any more, but the node is still more than a quarter full.
    assertThat(connection.bytesInFlight()).isZero();
    assertThat(connection.paused).isTrue();
    relay.takeAll();
    assertThat(connection.paused).isFalse();
    assertThat(connection.changes).isEqualTo(2);
  }

  // ---- repeats and conflicts

  @Test
  void aRepeatIsAnsweredLikeTheFirstAndNotPublishedAgain() {
    Heard first = publish(connection, request(1, "x"));
    Heard second = publish(other, request(1, "x"));
    assertThat(publisher.counts()).isEqualTo(new PublishCounts(1, 1, 0, BYTES));
    relay.endTick();
    assertThat(first.ids()).containsExactly("x");
    assertThat(second.ids()).containsExactly("x");
    assertThat(relay.publications.get(0)).hasSize(1);
  }

  @Test
  void aBatchOfRepeatsOnlyWakesNobody() {
    publish(connection, request(1, "x"));
    relay.endTick();
    relay.takeAll();
    publish(connection, request(1, "x"), request(1, "x"));
    assertThat(relay.ticks).isEmpty();
    assertThat(publisher.isIdle()).isTrue();
  }

  @Test
  void aRepeatWithinABatchIsPublishedOnce() {
    Heard heard = publish(connection, request(1, "x"), request(2), request(1, "x"));
    relay.endTick();
    assertThat(heard.ids()).hasSize(3).startsWith("x").endsWith("x");
    assertThat(publisher.counts()).isEqualTo(new PublishCounts(2, 1, 0, 2 * BYTES));
  }

  @Test
  void aConflictWithAnEarlierPublishRefusesTheWholeBatch() {
    publish(connection, request(1, "x"));
    Refused refused = publish(other, request(5, "y"), request(2, "x"), request(6)).refused();
    assertThat(refused.code()).isEqualTo(ErrorCode.DUPLICATE_CONFLICT);
    assertThat(refused.message())
        .isEqualTo("eventId \"x\" was published with other content before");
    assertThat(publisher.counts()).isEqualTo(new PublishCounts(1, 0, 0, BYTES));
    assertThat(other.bytesInFlight()).isZero();
    // Nothing of the batch is remembered.
    assertThat(publish(other, request(7, "y")).isTaken()).isTrue();
  }

  @Test
  void aConflictWithinABatchRefusesAllOfIt() {
    Refused refused = publish(connection, request(1, "x"), request(2, "x")).refused();
    assertThat(refused.code()).isEqualTo(ErrorCode.DUPLICATE_CONFLICT);
    assertThat(publish(connection, request(2, "x")).isTaken()).isTrue();
    assertThat(publisher.counts()).isEqualTo(new PublishCounts(1, 0, 0, BYTES));
  }

  @Test
  void theSameIdOnAnotherTopicIsAnotherEvent() {
    PublishRequest elsewhere =
        new PublishRequest(
            new Topic("b"), EventData.parse("2"), Optional.empty(), Optional.of("x"));
    assertThat(publish(connection, request(1, "x"), elsewhere).isTaken()).isTrue();
    assertThat(publisher.counts().published()).isEqualTo(2);
  }

  // ---- in the long run

  /** Whatever is published and taken: bytes on their way are right, and nobody stays paused. */
  @Property(tries = 200)
  void bytesOnTheirWayAreWhatTheHubsHaveNotTaken(
      @ForAll("steps") List<Tuple2<Integer, Integer>> steps) {
    FakeRelay fake = new FakeRelay();
    Publisher bounded =
        new Publisher(
            new PublishSettings(12 * BYTES, 6 * BYTES),
            fake,
            new DeduplicationWindow(Duration.ofMinutes(2), 1000, () -> 0),
            Optional.empty(),
            Clock.fixed(NOW, ZoneOffset.UTC),
            new Random(1));
    List<Connection> sources = List.of(new Connection(), new Connection(), new Connection());
    long onTheirWay = 0;
    for (Tuple2<Integer, Integer> step : steps) {
      int count = step.get2();
      if (step.get1() < 3) {
        List<PublishRequest> batch = List.of(requests(count));
        boolean fits = onTheirWay == 0 || onTheirWay + count * BYTES <= 12 * BYTES;
        if (publish(bounded, sources.get(step.get1()), batch).isTaken()) {
          assertThat(fits).isTrue();
          onTheirWay += count * BYTES;
        }
      } else if (step.get1() == 3) {
        fake.endTick();
      } else {
        onTheirWay -= fake.take() * BYTES;
      }
      assertThat(bounded.counts().bytesInFlight()).isEqualTo(onTheirWay);
      assertThat(sources.stream().mapToLong(PublishSource::bytesInFlight).sum())
          .isEqualTo(onTheirWay);
    }
    fake.endTick();
    fake.takeAll();
    assertThat(bounded.isIdle()).isTrue();
    assertThat(sources).noneMatch(source -> source.paused);
    assertThat(Set.copyOf(fake.publications)).doesNotContain(List.of());
  }

  @Provide
  Arbitrary<List<Tuple2<Integer, Integer>>> steps() {
    return Arbitraries.integers()
        .between(0, 5)
        .flatMap(kind -> Arbitraries.integers().between(1, 6).map(count -> Tuple.of(kind, count)))
        .list()
        .ofMaxSize(60);
  }

  /** What became of one publish. */
  private static final class Heard implements Consumer<PublishOutcome> {
    final List<PublishOutcome> outcomes = new ArrayList<>();

    @Override
    public void accept(PublishOutcome outcome) {
      outcomes.add(outcome);
    }

    Refused refused() {
      return (Refused) outcomes.get(0);
    }

    List<String> ids() {
      return ((Published) outcomes.get(0)).events().stream().map(PublishedEvent::eventId).toList();
    }

    /** Success waits for the end of the turn; a refusal does not. */
    boolean isTaken() {
      return outcomes.isEmpty();
    }
  }

  /** A connection that knows whether it is read from. */
  private static final class Connection extends PublishSource {
    boolean paused;
    int changes;
    int flushes;

    @Override
    protected void pausePublishing() {
      assertThat(paused).isFalse();
      paused = true;
      changes++;
    }

    @Override
    protected void flushAnswers() {
      flushes++;
    }

    @Override
    protected void resumePublishing() {
      assertThat(paused).isTrue();
      paused = false;
      changes++;
    }
  }

  /** Keeps what it is given until the test takes it. */
  private static final class FakeRelay implements EventRelay {

    @Override
    public void storedAgain(String topic, Position position) {
      throw new AssertionError("no topic here keeps history");
    }

    final List<List<EventFrame>> publications = new ArrayList<>();
    final List<Runnable> ticks = new ArrayList<>();
    private final Deque<Runnable> taken = new ArrayDeque<>();
    private final Deque<Integer> sizes = new ArrayDeque<>();

    @Override
    public void relay(List<EventFrame> frames, Runnable whenTaken) {
      publications.add(frames);
      taken.addLast(whenTaken);
      sizes.addLast(frames.size());
    }

    @Override
    public Ticket prepare(Runnable whenTaken) {
      return new Ticket() {
        @Override
        public void relay(List<EventFrame> frames) {
          FakeRelay.this.relay(frames, whenTaken);
        }

        @Override
        public void cancel() {}
      };
    }

    @Override
    public void execute(Runnable action) {
      action.run();
    }

    @Override
    public void atEndOfTick(Runnable action) {
      ticks.add(action);
    }

    void endTick() {
      List<Runnable> actions = List.copyOf(ticks);
      ticks.clear();
      actions.forEach(Runnable::run);
    }

    /** Takes the oldest publication; returns how many events it had. */
    int take() {
      if (taken.isEmpty()) {
        return 0;
      }
      taken.removeFirst().run();
      return sizes.removeFirst();
    }

    void takeLast() {
      sizes.removeLast();
      taken.removeLast().run();
    }

    void takeAll() {
      while (!taken.isEmpty()) {
        take();
      }
    }
  }
}
