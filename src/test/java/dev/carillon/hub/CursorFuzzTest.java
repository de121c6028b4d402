package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random interleavings of live events, reads of the history, reads of the socket, trimming,
 * purging, reconnecting and overflow: a subscriber gets every offset once and in order, or inside
 * an announced gap, and its books balance after every step.
 */
final class CursorFuzzTest {
  private static final String TOPIC = "t.a";
  private static final Pattern PATTERN = new Pattern("t.*");

  enum Kind {
    /** An event is stored; it is not published yet. */
    STORE,
    /** The oldest stored event that is not published reaches the hub. */
    PUBLISH,
    /** The same events get lost on their way, and the hub is told which. */
    LOSE,
    /** The oldest read that is under way ends. */
    READ_ENDS,
    /** The same, but the store fails. */
    READ_FAILS,
    /** The store is tried again. */
    RETRY,
    READ_ON,
    /** The subscriber's socket takes some. */
    DRAIN,
    TRIM,
    PURGE,
    DISCONNECT,
    /** Comes back, holds its patterns. */
    HOLD,
    /** Its start was looked up. */
    BEGIN
  }

  record Step(Kind kind, int number) {}

  @Property(tries = 2000)
  void everyOffsetComesOnceInOrderOrIsAnnounced(
      @ForAll("steps") List<Step> steps, @ForAll("queueSizes") int queueSize) {
    World world = new World(queueSize);
    for (Step step : steps) {
      world.take(step);
      world.audit();
    }
    world.finish();
  }

  @Provide
  Arbitrary<Integer> queueSizes() {
    return Arbitraries.of(1, 2, 5, 64);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(10, Kind.STORE),
            Tuple.of(10, Kind.PUBLISH),
            Tuple.of(2, Kind.LOSE),
            Tuple.of(5, Kind.READ_ENDS),
            Tuple.of(1, Kind.READ_FAILS),
            Tuple.of(1, Kind.RETRY),
            Tuple.of(5, Kind.READ_ON),
            Tuple.of(5, Kind.DRAIN),
            Tuple.of(1, Kind.TRIM),
            Tuple.of(1, Kind.PURGE),
            Tuple.of(1, Kind.DISCONNECT),
            Tuple.of(3, Kind.HOLD),
            Tuple.of(3, Kind.BEGIN));
    return Combinators.combine(kinds, Arbitraries.integers().between(1, 6))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  /**
   * What is between the store and the hub.
   *
   * @param lost what the hub is told in its place; nothing where it can't get lost
   */
  private record OnItsWay(Consumer<Hub> arrive, Optional<Hole> lost) {}

  /** A store, the way from it to the hub, the hub, and one subscriber that comes and goes. */
  private static final class World implements History, Receiver {
    private final Deque<Runnable> reads = new ArrayDeque<>();
    private final Deque<OnItsWay> published = new ArrayDeque<>();
    private final Map<String, List<EventFrame>> epochs = new HashMap<>();
    private final Hub hub;
    private final ClientView client = new ClientView();
    private String epoch = "e0";
    private long first = 1;
    private int epochNumber;
    private boolean failNext;
    private Optional<Subscriber> subscriber = Optional.empty();
    private boolean held;

    World(int queueSize) {
      epochs.put(epoch, new ArrayList<>());
      HubSettings settings =
          new HubSettings(
              new QueueLimits(queueSize, 1 << 20, 4),
              1 << 20,
              topic -> new TopicPolicy(new OverflowPolicy.CatchUp(), TopicPolicy.UNLIMITED));
      hub = new Hub(settings, HubListener.NONE, this);
    }

    void take(Step step) {
      switch (step.kind()) {
        case STORE -> {
          for (int i = 0; i < step.number(); i++) {
            store();
          }
        }
        case PUBLISH -> {
          for (int i = 0; i < step.number() && !published.isEmpty(); i++) {
            published.removeFirst().arrive().accept(hub);
          }
        }
        case LOSE -> lose(step.number());
        case READ_ENDS -> endRead();
        case READ_FAILS -> {
          failNext = true;
          endRead();
          failNext = false;
        }
        case RETRY -> hub.retryReading();
        case READ_ON -> {
          hub.readOn();
          hub.flush();
        }
        case DRAIN -> drain(step.number());
        case TRIM -> first = Math.min(last() + 1, first + step.number());
        case PURGE -> purge();
        case DISCONNECT -> disconnect();
        case HOLD -> hold();
        case BEGIN -> begin();
        default -> throw new IllegalStateException();
      }
    }

    void audit() {
      hub.audit();
      assertThat(hub.ledger()).matches(Ledger::isBalanced);
    }

    /** Everything settles: then nothing may be missing. */
    void finish() {
      if (subscriber.isEmpty()) {
        hold();
      }
      begin();
      while (!published.isEmpty()) {
        published.removeFirst().arrive().accept(hub);
      }
      for (int i = 0; i < 2000 && !isQuiet(); i++) {
        hub.retryReading();
        hub.readOn();
        hub.flush();
        endRead();
        drain(100);
      }
      audit();
      assertThat(isQuiet()).as("settles").isTrue();
      client.isAt(epoch, last());
    }

    private boolean isQuiet() {
      Subscriber one = subscriber.orElseThrow();
      Cursors cursors = one.cursors;
      return reads.isEmpty()
          && one.queue().isEmpty()
          && one.queue().behind() == 0
          && (cursors == null || !cursors.isAnyBehind());
    }

    private List<EventFrame> events() {
      return epochs.getOrDefault(epoch, List.of());
    }

    private long last() {
      return events().size();
    }

    private void store() {
      Position position = new Position(epoch, last() + 1);
      EventFrame frame =
          new EventFrame(
              new Event(
                      new Topic(TOPIC),
                      epoch + "-" + position.offset(),
                      0,
                      Optional.empty(),
                      EventData.ofText("x"))
                  .at(position));
      events().add(frame);
      published.add(
          new OnItsWay(
              to -> to.publish(frame),
              Optional.of(new Hole(TOPIC, epoch, position.offset(), position.offset()))));
    }

    private void lose(int events) {
      Optional<Hole> lost = Optional.empty();
      for (int i = 0; i < events && !published.isEmpty(); i++) {
        Optional<Hole> next = published.peekFirst().lost();
        boolean goesOn =
            next.isPresent() && (lost.isEmpty() || lost.get().epoch().equals(next.get().epoch()));
        if (!goesOn) {
          break;
        }
        published.removeFirst();
        lost = lost.map(before -> before.joined(next.get())).or(() -> next);
      }
      lost.ifPresent(
          hole -> {
            hub.repair(hole);
            hub.flush();
          });
    }

    private void purge() {
      epoch = "e" + ++epochNumber;
      epochs.put(epoch, new ArrayList<>());
      first = 1;
      String begun = epoch;
      published.add(
          new OnItsWay(
              to -> {
                to.announce(Gap.ofEpoch(TOPIC, begun));
                to.flush();
              },
              Optional.empty()));
    }

    private void endRead() {
      if (!reads.isEmpty()) {
        reads.removeFirst().run();
      }
    }

    private void hold() {
      if (subscriber.isEmpty()) {
        Subscriber made = hub.subscribe("s", List.of(), this);
        subscriber = Optional.of(made);
        held = true;
        hub.hold(made, List.of(PATTERN));
      }
    }

    private void begin() {
      if (!held) {
        return;
      }
      held = false;
      long last = last();
      // What a door does with a client's position.
      long after = client.offset;
      Optional<Gap> gap = Optional.empty();
      if (!client.epoch.equals(epoch)) {
        after = first - 1;
        gap = client.epoch.isEmpty() ? gap : Optional.of(Gap.ofEpoch(TOPIC, epoch));
      } else if (after < first - 1) {
        gap = Optional.of(Gap.ofHistory(TOPIC, after + 1, first - 1));
        after = first - 1;
      }
      client.begin(epoch, after, gap.isEmpty());
      hub.begin(
          subscriber.orElseThrow(),
          List.of(PATTERN),
          List.of(new CursorStart(TOPIC, epoch, after, last, gap)),
          false);
    }

    private void disconnect() {
      subscriber.ifPresent(gone -> hub.unsubscribe(gone.id()));
      subscriber = Optional.empty();
      held = false;
    }

    private void drain(int frames) {
      subscriber.ifPresent(
          one -> {
            for (int i = 0; i < frames; i++) {
              one.queue().drain(1, client);
            }
            hub.roomFor(one);
          });
    }

    @Override
    public void ready(Subscriber ready) {
      // The socket takes nothing by itself: DRAIN does.
    }

    @Override
    public void overflowed(Subscriber overflowed) {
      throw new IllegalStateException("no policy disconnects");
    }

    @Override
    public Optional<Part> atHand(String topic, String of, long after, long upTo) {
      return Optional.empty();
    }

    @Override
    public void read(String topic, String of, long after, long upTo, Consumer<Part> then) {
      reads.add(
          () -> {
            if (failNext) {
              then.accept(new NotNow());
            } else if (!of.equals(epoch)) {
              then.accept(new OtherEpoch(epoch, first, last()));
            } else {
              long from = Math.max(first, after - 2);
              long to = Math.min(after + 5, upTo);
              then.accept(
                  new Events(
                      first,
                      from > to
                          ? List.of()
                          : List.copyOf(events().subList((int) from - 1, (int) to))));
            }
          });
    }
  }

  /** What the client knows: holds the server to its word. */
  private static final class ClientView implements FrameSink {
    private String epoch = "";
    private long offset;

    /** Set behind the announcement of another epoch: whatever is left of it follows. */
    private boolean anyOffset;

    void begin(String of, long after, boolean recovered) {
      if (!recovered || epoch.isEmpty()) {
        // A gap that is announced says the same.
        epoch = epoch.isEmpty() ? of : epoch;
        offset = offset == 0 && recovered ? after : offset;
      }
    }

    @Override
    public void accept(Frame frame) {
      if (frame instanceof EventFrame event) {
        assertThat(event.epoch()).isEqualTo(epoch);
        if (!anyOffset) {
          assertThat(event.offset()).isEqualTo(offset + 1);
        }
        anyOffset = false;
        offset = event.offset();
      } else if (frame instanceof GapFrame announced) {
        Gap gap = announced.gap();
        if (gap.hasRange() && gap.epoch().isEmpty()) {
          if (!anyOffset) {
            assertThat(gap.from()).isEqualTo(offset + 1);
          }
          anyOffset = false;
          assertThat(gap.count()).isEqualTo(gap.to() - gap.from() + 1);
          offset = gap.to();
        }
        if (!gap.epoch().isEmpty()) {
          epoch = gap.epoch();
          offset = 0;
          anyOffset = true;
        }
      }
    }

    void isAt(String current, long last) {
      assertThat(epoch).isEqualTo(current);
      if (!anyOffset) {
        assertThat(offset).isEqualTo(last);
      }
    }
  }
}
