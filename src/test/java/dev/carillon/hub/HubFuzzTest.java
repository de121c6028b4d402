package dev.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.GapReason;
import dev.carillon.event.Pattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random calls, random receivers: after every call each subscriber's books hold exactly what
 * matched its patterns, and what it read is in order or announced.
 */
final class HubFuzzTest {
  private static final List<String> TOPICS = List.of("a", "b", "a.a", "a.b", "b.b");
  private static final List<String> PATTERNS = List.of("a", "b", "a.*", "*.b", "a.>", ">", "a.b");

  /** What a subscriber does when frames wait for it. */
  enum Behaviour {
    TAKES_ALL,
    TAKES_ONE,
    TAKES_NOTHING,
    THROWS,
    TAKES_ALL_AND_THROWS,
    THROWS_WHILE_TAKING,
    PUBLISHES_WHILE_TAKING,
    LEAVES,
    LEAVES_WHILE_TAKING,
    SENDS_ANOTHER_AWAY,
    ASKS_FOR_MORE,
    MAKES_ANOTHER
  }

  enum Kind {
    SUBSCRIBE,
    ADD,
    REMOVE,
    UNSUBSCRIBE,
    PUBLISH,
    PUBLISH_BATCH,
    DELIVER,
    FLUSH_SOME,
    ANNOUNCE,
    ANNOUNCE_MANY,
    READ,
    TRIM
  }

  /** One call; which numbers it uses depends on its kind. */
  record Call(Kind kind, int subscriber, int pattern, int topic, int count, Behaviour behaviour) {}

  /** One subscriber as it should be. */
  private final class Expected implements Receiver {
    final String id;
    final Behaviour behaviour;
    final List<Pattern> patterns = new ArrayList<>();
    final Reader reader = new Reader(Set.of("b.b"));
    final Map<String, Long> published = new HashMap<>();
    final Map<String, Long> numbers = new HashMap<>();
    long matched;
    long read;
    boolean gone;
    boolean toldOfOverflow;

    Expected(String id, Behaviour behaviour) {
      this.id = id;
      this.behaviour = behaviour;
    }

    boolean wants(String topic) {
      return patterns.stream().anyMatch(pattern -> pattern.matches(topic));
    }

    @Override
    public void ready(Subscriber subscriber) {
      switch (behaviour) {
        case TAKES_ALL -> take(subscriber, Long.MAX_VALUE, frame -> {});
        case TAKES_ONE -> take(subscriber, 1, frame -> {});
        case TAKES_NOTHING -> {}
        case THROWS -> throw new IllegalStateException("on purpose");
        case TAKES_ALL_AND_THROWS -> {
          take(subscriber, Long.MAX_VALUE, frame -> {});
          throw new IllegalStateException("on purpose");
        }
        case THROWS_WHILE_TAKING ->
            take(
                subscriber,
                Long.MAX_VALUE,
                frame -> {
                  throw new IllegalStateException("on purpose");
                });
        case PUBLISHES_WHILE_TAKING ->
            take(subscriber, 400, frame -> sometimes(() -> publish(TOPICS.get(budget % 5))));
        case LEAVES -> unsubscribe(id);
        case LEAVES_WHILE_TAKING -> take(subscriber, Long.MAX_VALUE, frame -> unsubscribe(id));
        case SENDS_ANOTHER_AWAY -> {
          take(subscriber, Long.MAX_VALUE, frame -> {});
          there.keySet().stream()
              .filter(other -> !other.equals(id))
              .findFirst()
              .ifPresent(other -> unsubscribe(other));
        }
        case ASKS_FOR_MORE -> {
          take(subscriber, 1, frame -> {});
          add(id, PATTERNS.get(budget % PATTERNS.size()));
        }
        case MAKES_ANOTHER ->
            sometimes(() -> subscribe("made-" + budget, List.of("a"), Behaviour.TAKES_ONE));
      }
    }

    @Override
    public void overflowed(Subscriber subscriber) {
      toldOfOverflow = true;
      sometimes(() -> unsubscribe(id));
    }

    void take(Subscriber subscriber, long maxBytes, FrameSink then) {
      subscriber
          .queue()
          .drain(
              maxBytes,
              frame -> {
                assertThat(gone).as("reads after it left").isFalse();
                read(frame);
                then.accept(frame);
              });
    }

    private void read(Frame frame) {
      if (frame instanceof EventFrame event) {
        read++;
        reader.event(event.event(), Objects.requireNonNull(numbers.get(event.event().id())));
      } else {
        reader.gap(((GapFrame) frame).gap());
      }
    }

    void check(Subscriber subscriber) {
      Ledger ledger = subscriber.queue().ledger();
      assertThat(ledger.matched()).isEqualTo(matched);
      assertThat(ledger.sent()).isEqualTo(read);
      assertThat(subscriber.patterns()).isEqualTo(patterns);
      // Who has overflowed was told that instead of being made ready.
      if (behaviour == Behaviour.TAKES_ALL && !toldOfOverflow) {
        assertThat(hub.unflushedEvents()).isGreaterThanOrEqualTo(subscriber.queue().events());
        assertThat(hub.unflushedBytes()).isGreaterThanOrEqualTo(subscriber.queue().bytes());
        assertThat(hub.isUnflushed() || subscriber.queue().isEmpty()).isTrue();
      }
    }
  }

  private Hub hub = new Hub(HubSettings.DEFAULT);
  private final Map<String, Expected> there = new LinkedHashMap<>();
  private long matchedByLeft;
  private int events;

  /** What receivers may still start on their own, so that they don't feed each other for ever. */
  private int budget;

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void booksBalanceAndReadersSeeNoHoleWhateverIsCalled(
      @ForAll("settings") HubSettings settings, @ForAll("calls") List<Call> calls) {
    hub = new Hub(settings);
    there.clear();
    matchedByLeft = 0;
    for (Call call : calls) {
      budget = 12;
      play(call);
      check();
    }
    for (String id : List.copyOf(there.keySet())) {
      Expected expected = Objects.requireNonNull(there.get(id));
      expected.take(hub.subscriber(id).orElseThrow(), Long.MAX_VALUE, frame -> {});
      expected.reader.end(expected.published);
      unsubscribe(id);
      check();
    }
    assertThat(hub.queuedBytes()).isZero();
    assertThat(hub.ledger().queued()).isZero();
  }

  private void play(Call call) {
    String id = "s" + call.subscriber;
    String pattern = PATTERNS.get(call.pattern);
    String topic = TOPICS.get(call.topic);
    switch (call.kind) {
      case SUBSCRIBE -> subscribe(id, List.of(pattern, topic), call.behaviour);
      case ADD -> add(id, pattern);
      case REMOVE -> remove(id, pattern);
      case UNSUBSCRIBE -> unsubscribe(id);
      case PUBLISH -> publish(topic);
      case PUBLISH_BATCH -> publishBatch(call.topic, call.count);
      case DELIVER -> {
        Event event = event(topic);
        expect(event);
        hub.deliver(new EventFrame(event));
      }
      case FLUSH_SOME -> hub.flush(call.count);
      case ANNOUNCE -> announce(topic, call.count);
      case ANNOUNCE_MANY -> announceMany(call.count);
      case READ -> {
        Expected expected = there.get(id);
        if (expected != null) {
          expected.take(hub.subscriber(id).orElseThrow(), 150L * call.count, frame -> {});
        }
      }
      case TRIM -> hub.subscribers().forEach(subscriber -> subscriber.queue().trim());
    }
  }

  private void check() {
    Hubs.audit(hub);
    assertThat(hub.subscribers())
        .extracting(Subscriber::id)
        .containsExactlyElementsOf(there.keySet());
    long matched = matchedByLeft;
    for (Subscriber subscriber : hub.subscribers()) {
      Expected expected = Objects.requireNonNull(there.get(subscriber.id()));
      expected.check(subscriber);
      matched += expected.matched;
    }
    assertThat(hub.ledger().matched()).isEqualTo(matched);
  }

  // ---- the calls, each with what it should do

  private void subscribe(String id, List<String> texts, Behaviour behaviour) {
    List<Pattern> patterns = texts.stream().map(Pattern::new).toList();
    if (there.containsKey(id)) {
      try {
        hub.subscribe(id, patterns, new Inbox());
        throw new AssertionError("an id in use was taken");
      } catch (SubscriberExistsException expected) {
        return;
      }
    }
    Expected expected = new Expected(id, behaviour);
    patterns.stream().distinct().forEach(expected.patterns::add);
    there.put(id, expected);
    hub.subscribe(id, patterns, expected);
  }

  private void add(String id, String text) {
    Expected expected = there.get(id);
    Pattern pattern = new Pattern(text);
    if (expected != null) {
      boolean fresh = !expected.patterns.contains(pattern);
      if (fresh) {
        expected.patterns.add(pattern);
      }
      assertThat(hub.add(hub.subscriber(id).orElseThrow(), pattern)).isEqualTo(fresh);
    }
  }

  private void remove(String id, String text) {
    Expected expected = there.get(id);
    Pattern pattern = new Pattern(text);
    if (expected != null) {
      boolean there = expected.patterns.remove(pattern);
      assertThat(hub.remove(hub.subscriber(id).orElseThrow(), pattern)).isEqualTo(there);
    }
  }

  private void unsubscribe(String id) {
    Expected expected = there.remove(id);
    if (expected == null) {
      try {
        hub.unsubscribe(id);
        throw new AssertionError("an unknown id was known");
      } catch (UnknownSubscriberException unknown) {
        return;
      }
    }
    expected.gone = true;
    matchedByLeft += expected.matched;
    SubscriberQueue queue = hub.subscriber(id).orElseThrow().queue();
    hub.unsubscribe(id);
    QueueAudit.check(id, queue);
    assertThat(queue.ledger().matched()).isEqualTo(expected.matched);
    assertThat(queue.ledger().sent()).isEqualTo(expected.read);
  }

  private Event event(String topic) {
    String key = "k" + events % 2;
    return Event.of(topic, EventData.parse(String.valueOf(++events))).withKey(key);
  }

  private void publish(String topic) {
    Event event = event(topic);
    expect(event);
    hub.publish(event);
  }

  private void publishBatch(int firstTopic, int count) {
    List<Event> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(event(TOPICS.get((firstTopic + i) % 2)));
    }
    batch.forEach(this::expect);
    hub.publishBatch(batch);
  }

  private void expect(Event event) {
    String topic = event.topic().name();
    for (Expected one : there.values()) {
      if (one.wants(topic)) {
        one.matched++;
        one.numbers.put(event.id(), one.published.merge(topic, 1L, Long::sum));
      }
    }
  }

  private void announce(String topic, long count) {
    for (Expected one : there.values()) {
      if (one.wants(topic)) {
        one.matched += count;
        one.published.merge(topic, count, Long::sum);
      }
    }
    hub.announce(new Gap(topic, count, GapReason.OVERLOAD));
    hub.flush();
  }

  private void announceMany(long count) {
    for (Expected one : there.values()) {
      if (one.patterns.contains(new Pattern(">"))) {
        one.matched += count;
        one.published.merge("elsewhere", count, Long::sum);
      }
    }
    hub.announce(new Gap(Gap.MANY_TOPICS, count, GapReason.OVERLOAD));
    hub.flush();
  }

  private void sometimes(Runnable action) {
    if (--budget > 0) {
      action.run();
    }
  }

  // ---- what is called

  @Provide
  Arbitrary<HubSettings> settings() {
    Arbitrary<TopicPolicy> policy =
        Combinators.combine(
                Arbitraries.of(
                    new OverflowPolicy.DropNewest(),
                    new OverflowPolicy.DropOldest(),
                    new OverflowPolicy.Disconnect()),
                Arbitraries.of(TopicPolicy.UNLIMITED, 1, 2))
            .as(TopicPolicy::new);
    return Combinators.combine(
            Arbitraries.integers().between(1, 6),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(500L, 1L << 20),
            policy.list().ofSize(TOPICS.size() - 1))
        .as(
            (maxEvents, maxGaps, memory, policies) ->
                new HubSettings(
                    new QueueLimits(maxEvents, 1 << 20, maxGaps),
                    memory,
                    topic ->
                        topic.equals("b.b")
                            ? new TopicPolicy(new OverflowPolicy.Conflate(), TopicPolicy.UNLIMITED)
                            : policies.get(TOPICS.indexOf(topic))));
  }

  @Provide
  Arbitrary<List<Call>> calls() {
    Arbitrary<Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.of(Kind.SUBSCRIBE, Kind.ADD)),
            Tuple.of(3, Arbitraries.of(Kind.REMOVE, Kind.UNSUBSCRIBE, Kind.READ, Kind.TRIM)),
            Tuple.of(10, Arbitraries.of(Kind.PUBLISH, Kind.PUBLISH_BATCH)),
            Tuple.of(1, Arbitraries.of(Kind.ANNOUNCE, Kind.ANNOUNCE_MANY)));
    return Combinators.combine(
            kind,
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, PATTERNS.size() - 1),
            Arbitraries.integers().between(0, TOPICS.size() - 1),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(Behaviour.class))
        .as(Call::new)
        .list()
        .ofMaxSize(80)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}
