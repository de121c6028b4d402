package dev.carillon.hub;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Frame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.GapReason;
import dev.carillon.event.Topic;
import dev.carillon.hub.QueueModel.MemoryModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Queues that share a hub's memory do what {@link QueueModel} does, whatever happens to them. */
final class SubscriberQueueModelTest {
  private static final int QUEUES = 2;

  /** The bounds of two queues, their memory and the policy of each topic. */
  record Setting(List<QueueLimits> limits, long memoryBytes, List<TopicPolicy> policies) {}

  sealed interface Step {}

  /** An event for both queues; without a key where {@code key} is 0. */
  record Offer(int topic, int key, int dataLength) implements Step {}

  record Lose(int queue, int topic, GapReason reason, int count) implements Step {}

  record LoseManyTopics(int queue, int count) implements Step {}

  record Drain(int queue, int maxBytes) implements Step {}

  record Trim(int queue) implements Step {}

  record Close(int queue) implements Step {}

  /** A queue, what it should do, and one who reads from it. */
  private static final class Modelled {
    final SubscriberQueue queue;
    final QueueModel model;
    final Reader reader;
    final Map<String, Long> published = new HashMap<>();
    final Map<String, Long> numbers = new HashMap<>();
    boolean closed;

    Modelled(
        QueueLimits limits, HubMemory memory, MemoryModel memoryModel, Set<String> conflating) {
      reader = new Reader(conflating);
      queue = new SubscriberQueue(limits, memory);
      model = new QueueModel(limits, memoryModel);
    }

    void offer(QueuedFrame frame) {
      Event event = frame.frame.event();
      numbers.put(event.id(), published.merge(event.topic().name(), 1L, Long::sum));
      assertThat(queue.offer(frame)).isEqualTo(model.offer(frame));
    }

    void lose(Gap gap) {
      if (gap.isCounted() && !gap.topic().equals(Gap.MANY_TOPICS)) {
        published.merge(gap.topic(), gap.count(), Long::sum);
      } else {
        // Nobody can say whose numbers these were: as many of a topic that is never read.
        published.merge("elsewhere", gap.count(), Long::sum);
      }
      queue.lose(gap);
      model.lose(gap);
    }

    void drain(long maxBytes) {
      List<Frame> frames = new ArrayList<>();
      long taken = queue.drain(maxBytes, frames::add);
      assertThat(taken).isEqualTo(frames.stream().mapToLong(Frame::size).sum());
      int last = frames.isEmpty() ? 0 : frames.get(frames.size() - 1).size();
      assertThat(taken - last).as("bytes before the last frame").isLessThan(Math.max(1, maxBytes));
      for (Frame frame : frames) {
        Object expected = model.next().orElseThrow();
        if (frame instanceof EventFrame event) {
          assertThat(event.event()).isEqualTo(expected);
          reader.event(event.event(), Objects.requireNonNull(numbers.get(event.event().id())));
        } else if (frame instanceof GapFrame gap) {
          assertThat(gap.gap()).isEqualTo(expected);
          reader.gap(gap.gap());
        }
      }
      if (taken < maxBytes) {
        assertThat(model.next()).isEmpty();
      }
    }

    void close() {
      closed = true;
      queue.close();
      model.close();
      assertThat(queue.drain(Long.MAX_VALUE, frame -> {})).isZero();
    }

    void check() {
      QueueAudit.check("subscriber", queue);
      assertThat(queue.events()).isEqualTo(model.events());
      assertThat(queue.bytes()).isEqualTo(model.bytes());
      assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
      assertThat(queue.ledger()).isEqualTo(model.ledger());
      for (GapReason reason : GapReason.values()) {
        assertThat(queue.lost(reason)).isEqualTo(model.lost(reason));
      }
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void queuesDoWhatTheirModelDoes(
      @ForAll("settings") Setting setting, @ForAll("steps") List<Step> steps) {
    play(setting, steps);
  }

  /** Small queues in long plays: rings turn, grow and close their holes. */
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void sharesThatChurnBehindAStalledHeadDoWhatTheirModelDoes(
      @ForAll("churningSettings") Setting setting, @ForAll("offers") List<Step> offers) {
    play(setting, offers);
  }

  private static void play(Setting setting, List<Step> steps) {
    HubMemory memory = new HubMemory(setting.memoryBytes, HubListener.NONE);
    MemoryModel memoryModel = new MemoryModel(setting.memoryBytes);
    Set<String> conflating =
        IntStream.range(0, setting.policies.size())
            .filter(i -> setting.policies.get(i).overflow() instanceof OverflowPolicy.Conflate)
            .mapToObj(SubscriberQueueModelTest::topic)
            .collect(toSet());
    List<Modelled> queues =
        setting.limits.stream()
            .map(limits -> new Modelled(limits, memory, memoryModel, conflating))
            .toList();
    int events = 0;
    for (Step step : steps) {
      if (step instanceof Offer offer) {
        QueuedFrame frame = frame(offer, ++events, setting.policies);
        queues.stream().filter(queue -> !queue.closed).forEach(queue -> queue.offer(frame));
      } else {
        play(step, queues);
      }
      queues.forEach(Modelled::check);
      assertThat(memory.bytes()).isEqualTo(memoryModel.bytes());
    }
    for (Modelled queue : queues) {
      if (!queue.closed) {
        queue.drain(Long.MAX_VALUE);
        queue.check();
        queue.reader.end(queue.published);
        queue.close();
        queue.check();
      }
    }
    assertThat(memory.bytes()).isZero();
  }

  private static void play(Step step, List<Modelled> queues) {
    if (step instanceof Lose lose) {
      Modelled queue = queues.get(lose.queue);
      if (!queue.closed) {
        queue.lose(new Gap(topic(lose.topic), lose.count, lose.reason));
      }
    } else if (step instanceof LoseManyTopics lose) {
      Modelled queue = queues.get(lose.queue);
      if (!queue.closed) {
        queue.lose(new Gap(Gap.MANY_TOPICS, lose.count, GapReason.OVERLOAD));
      }
    } else if (step instanceof Drain drain) {
      queues.get(drain.queue).drain(drain.maxBytes);
    } else if (step instanceof Trim trim) {
      queues.get(trim.queue).queue.trim();
    } else if (step instanceof Close close) {
      queues.get(close.queue).close();
    }
  }

  private static QueuedFrame frame(Offer offer, int number, List<TopicPolicy> policies) {
    Event event =
        new Event(
            new Topic(topic(offer.topic)),
            "e-" + number,
            0,
            offer.key == 0 ? Optional.empty() : Optional.of("k" + offer.key),
            EventData.ofText("x".repeat(offer.dataLength)));
    return new QueuedFrame(new EventFrame(event), policies.get(offer.topic));
  }

  private static String topic(int index) {
    return "t" + index;
  }

  // ---- what happens

  @Provide
  Arbitrary<Setting> settings() {
    Arbitrary<QueueLimits> limits =
        Combinators.combine(
                Arbitraries.integers().between(1, 10),
                Arbitraries.of(150L, 300L, 700L, 100_000L),
                Arbitraries.integers().between(1, 4))
            .as(QueueLimits::new);
    return Combinators.combine(
            limits.list().ofSize(QUEUES),
            Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(1L << 20)), Tuple.of(1, Arbitraries.of(200L, 600L))),
            policies().list().ofSize(4))
        .as(Setting::new);
  }

  @Provide
  Arbitrary<Setting> churningSettings() {
    return Combinators.combine(
            Arbitraries.integers().between(2, 40).map(n -> new QueueLimits(n, 1 << 20, 3)),
            Arbitraries.of(new OverflowPolicy.DropOldest(), new OverflowPolicy.Conflate()),
            Arbitraries.integers().between(1, 12))
        .as(
            (limits, policy, share) ->
                new Setting(
                    List.of(limits, QueueLimits.DEFAULT),
                    1 << 20,
                    List.of(
                        TopicPolicy.DEFAULT,
                        new TopicPolicy(policy, share),
                        new TopicPolicy(policy, 2),
                        new TopicPolicy(new OverflowPolicy.DropOldest(), 1))));
  }

  @Provide
  Arbitrary<List<Step>> offers() {
    Arbitrary<Step> mostlyOffers =
        Arbitraries.frequencyOf(
            Tuple.of(60, offer()),
            Tuple.of(1, Arbitraries.integers().between(1, 900).map(bytes -> new Drain(0, bytes))),
            Tuple.of(1, Arbitraries.of(new Trim(0), new Trim(1))));
    return mostlyOffers.list().ofMaxSize(150).withSizeDistribution(RandomDistribution.uniform());
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> queue = Arbitraries.integers().between(0, QUEUES - 1);
    Arbitrary<Integer> topic = Arbitraries.integers().between(0, 3);
    Arbitrary<Step> step =
        Arbitraries.frequencyOf(
            Tuple.of(30, offer()),
            Tuple.of(
                3,
                Combinators.combine(
                        queue,
                        topic,
                        Arbitraries.of(GapReason.class),
                        Arbitraries.integers().between(1, 9))
                    .as(Lose::new)),
            Tuple.of(
                1,
                Combinators.combine(queue, Arbitraries.integers().between(0, 9))
                    .as(LoseManyTopics::new)),
            Tuple.of(
                8, Combinators.combine(queue, Arbitraries.of(0, 1, 100, 250, 1000)).as(Drain::new)),
            Tuple.of(4, queue.map(Trim::new)),
            Tuple.of(1, Arbitraries.of(new Trim(0), new Trim(0), new Trim(0), new Close(1))));
    return step.list().ofMaxSize(80).withSizeDistribution(RandomDistribution.uniform());
  }

  private static Arbitrary<Step> offer() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(0, 0, 10, 60, 200))
        .as(Offer::new);
  }

  private static Arbitrary<TopicPolicy> policies() {
    Arbitrary<OverflowPolicy> overflow =
        Arbitraries.of(
            new OverflowPolicy.DropNewest(),
            new OverflowPolicy.DropOldest(),
            new OverflowPolicy.Conflate(),
            new OverflowPolicy.Disconnect());
    return Combinators.combine(overflow, Arbitraries.of(TopicPolicy.UNLIMITED, 1, 2, 4))
        .as(TopicPolicy::new);
  }
}
