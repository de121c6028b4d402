package dev.carillon.store;

import static dev.carillon.store.Appends.append;
import static dev.carillon.store.Appends.chosen;
import static dev.carillon.store.Appends.event;
import static dev.carillon.store.Appends.fill;
import static dev.carillon.store.Appends.get;
import static dev.carillon.store.Appends.ids;
import static dev.carillon.store.Appends.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.store.AppendOutcome.Conflict;
import dev.carillon.store.AppendOutcome.Stored;
import dev.carillon.store.AppendOutcome.Unavailable;
import dev.carillon.store.Appends.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kind of store keeps; a kind is done when a subclass of five lines passes. */
abstract class EventStoreContract {
  private static final HistoryRule RULE = new HistoryRule(100, Duration.ofHours(1), Long.MAX_VALUE);

  final FakeClock clock = new FakeClock();
  private EventStore store;

  /** Opens the store; a second call opens the same one again, where it outlives the process. */
  abstract EventStore open(StoreSettings settings);

  StoreSettings settings(long maxBytes, int maxTopics) {
    return new StoreSettings(
        maxBytes,
        maxTopics,
        Duration.ofDays(1),
        Duration.ofMinutes(2),
        1000,
        1 << 20,
        2,
        topic ->
            topic.startsWith("few.")
                ? new HistoryRule(5, Duration.ofHours(1), 1 << 20)
                : topic.startsWith("small.")
                    ? new HistoryRule(100, Duration.ofHours(1), 20_000)
                    : RULE);
  }

  @BeforeEach
  void openStore() {
    store = open(settings(1L << 30, 1000));
  }

  @AfterEach
  void closeStore() {
    get(store.close());
  }

  private HistoryPage read(String topic, long after, int limit) {
    return get(store.read(topic, after, limit, Long.MAX_VALUE));
  }

  private HistoryBounds bounds(String topic) {
    return get(store.bounds(topic));
  }

  @Test
  void offsetsOfATopicCountUpFromOneWithoutHoles() {
    assertThat(fill(store, "a", 3)).containsExactly(1L, 2L, 3L);
    assertThat(offsets(append(store, event("b", "1", "x"), event("a", "2", "y"))))
        .containsExactly(1L, 4L);
    assertThat(bounds("a").last()).isEqualTo(4);
  }

  @Test
  void whatIsReadIsWhatWasAppended() {
    append(store, event("a", "id-1", "täxt"));
    HistoryPage page = read("a", 0, 10);
    assertThat(page.frames()).hasSize(1);
    assertThat(page.frames().get(0).event())
        .isEqualTo(event("a", "id-1", "täxt").event().at(new Position(page.bounds().epoch(), 1)));
  }

  @Test
  void aPartBeginsBehindAnOffsetAndEndsAtItsBounds() {
    fill(store, "a", 10);
    assertThat(offsets(read("a", 4, 3))).containsExactly(5L, 6L, 7L);
    assertThat(offsets(read("a", 10, 3))).isEmpty();
    assertThat(offsets(read("a", 99, 3))).isEmpty();
    assertThat(offsets(get(store.read("a", 0, 10, 1)))).containsExactly(1L);
  }

  @Test
  void aTopicThatWasNeverUsedHasAnEmptyHistoryWhoseEpochItKeeps() {
    HistoryBounds before = bounds("a");
    assertThat(before.first()).isEqualTo(1);
    assertThat(before.last()).isZero();
    append(store, event("a", "1", "x"));
    assertThat(bounds("a").epoch()).isEqualTo(before.epoch());
  }

  @Test
  void readersNeverSeeMoreThanTheRuleAllows() {
    fill(store, "few.a", 12);
    assertThat(bounds("few.a").first()).isEqualTo(8);
    assertThat(offsets(read("few.a", 0, 100))).containsExactly(8L, 9L, 10L, 11L, 12L);
  }

  @Test
  void whatIsTooOldIsRemovedAndOffsetsGoOn() {
    fill(store, "a", 3);
    clock.advance(Duration.ofHours(2).toMillis());
    await().untilAsserted(() -> assertThat(bounds("a").first()).isEqualTo(4));
    assertThat(offsets(append(store, event("a", "new", "x")))).containsExactly(4L);
  }

  @Test
  void aRepeatIsStoredOnceAndAnsweredAsTheFirst() {
    Stored first = (Stored) append(store, chosen("a", "id", "x"));
    append(store, event("a", "other", "y"));
    Stored repeat = (Stored) append(store, chosen("a", "id", "x"));
    assertThat(repeat.events().get(0).repeat()).isTrue();
    assertThat(repeat.events().get(0).event()).isEqualTo(first.events().get(0).event());
    assertThat(ids(read("a", 0, 10))).containsExactly("id", "other");
  }

  @Test
  void aRepeatOfARemovedEventIsStillKnown() {
    append(store, chosen("few.a", "id", "x"));
    fill(store, "few.a", 200);
    assertThat(((Stored) append(store, chosen("few.a", "id", "x"))).events().get(0).repeat())
        .isTrue();
  }

  @Test
  void oneIdForOtherContentStoresNothingOfItsAppend() {
    append(store, chosen("a", "id", "x"));
    AppendOutcome outcome =
        append(store, chosen("b", "new", "1"), chosen("a", "id", "other"), event("a", "z", "z"));
    assertThat(outcome).isEqualTo(new Conflict(1));
    assertThat(bounds("a").last()).isEqualTo(1);
    assertThat(bounds("b").last()).isZero();
    // And what was not stored is not known.
    assertThat(offsets(append(store, chosen("b", "new", "2")))).containsExactly(1L);
  }

  @Test
  void aRepeatWithinOneAppendIsKnown() {
    Stored stored = (Stored) append(store, chosen("a", "id", "x"), chosen("a", "id", "x"));
    assertThat(stored.events().stream().map(one -> one.repeat())).containsExactly(false, true);
    assertThat(bounds("a").last()).isEqualTo(1);
  }

  @Test
  void anIdIsForgottenAfterItsWindow() {
    append(store, chosen("a", "id", "x"));
    clock.advance(Duration.ofMinutes(3).toMillis());
    assertThat(offsets(append(store, chosen("a", "id", "other")))).containsExactly(2L);
  }

  @Test
  void aPurgedHistoryBeginsAnewInAnotherEpoch() {
    fill(store, "a", 3);
    append(store, chosen("a", "id", "x"));
    String before = bounds("a").epoch();
    HistoryBounds purged = get(store.purge("a"));
    assertThat(purged.epoch()).isNotEqualTo(before);
    assertThat(read("a", 0, 10).frames()).isEmpty();
    assertThat(offsets(append(store, chosen("a", "id", "other")))).containsExactly(1L);
    assertThat(bounds("a").epoch()).isEqualTo(purged.epoch());
  }

  @Test
  void anUnusedEmptyHistoryIsForgottenAndNoOffsetComesTwiceInOneEpoch() {
    fill(store, "a", 3);
    String before = bounds("a").epoch();
    clock.advance(Duration.ofDays(2).toMillis());
    await()
        .untilAsserted(() -> assertThat(get(store.histories(new Pattern(">"), "", 10))).isEmpty());
    append(store, event("a", "new", "x"));
    assertThat(bounds("a").last()).isEqualTo(1);
    assertThat(bounds("a").epoch()).isNotEqualTo(before);
  }

  @Test
  void historiesAreFoundByPatternInTheOrderOfTheirNames() {
    for (String topic : List.of("o.b", "o.a", "o.a.x", "p.a", "few.z")) {
      append(store, event(topic, "1", "x"));
    }
    assertThat(topics("o.*", "", 10)).containsExactly("o.a", "o.b");
    assertThat(topics("o.>", "", 10)).containsExactly("o.a", "o.a.x", "o.b");
    assertThat(topics("*.a", "", 10)).containsExactly("o.a", "p.a");
    assertThat(topics(">", "o.a", 2)).containsExactly("o.a.x", "o.b");
  }

  private List<String> topics(String pattern, String after, int limit) {
    return get(store.histories(new Pattern(pattern), after, limit)).stream()
        .map(HistoryBounds::topic)
        .toList();
  }

  @Test
  void aFullStoreRefusesAndRecoversWhenEventsAreRemoved() {
    get(store.close());
    store = open(settings(2000, 1000));
    while (append(store, event("small", "x", "y".repeat(100))) instanceof Stored) {
      // Until it is full.
    }
    Unavailable refused = (Unavailable) append(store, event("small", "x", "y".repeat(100)));
    assertThat(refused.reason()).contains("store.maxBytes is 2000");
    clock.advance(Duration.ofHours(2).toMillis());
    await()
        .untilAsserted(
            () ->
                assertThat(append(store, event("small", "x", "y".repeat(100))))
                    .isInstanceOf(Stored.class));
  }

  @Test
  void moreTopicsThanAllowedAreRefusedByName() {
    get(store.close());
    store = open(settings(1 << 20, 2));
    append(store, event("a", "1", "x"));
    append(store, event("b", "1", "x"));
    assertThat(append(store, event("c", "1", "x")))
        .isEqualTo(
            new Unavailable("the store has as many topics as it may have: store.topics is 2"));
    assertThat(append(store, event("a", "2", "x"))).isInstanceOf(Stored.class);
  }

  @Test
  void answersOfATopicComeInTheOrderOfTheirOffsetsHoweverManyAppend() throws Exception {
    List<Long> answered = Collections.synchronizedList(new ArrayList<>());
    int threads = 4;
    int each = 200;
    CountDownLatch left = new CountDownLatch(threads * each);
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  store.append(
                      List.of(event("a", "x", "y")),
                      outcome -> {
                        answered.addAll(offsets(outcome));
                        left.countDown();
                      });
                }
              });
      all.add(thread);
      thread.start();
    }
    assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(answered).hasSize(threads * each).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void afterClosingEverythingFailsWithAReason() {
    fill(store, "a", 1);
    get(store.close());
    assertThat(append(store, event("a", "1", "x"))).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> read("a", 0, 1)).hasStackTraceContaining("the store is closed");
  }

  @Test
  void whatComesWhileItClosesIsAnsweredAllTheSame() throws Exception {
    CountDownLatch answers = new CountDownLatch(2 * 500);
    Thread publisher =
        new Thread(
            () -> {
              for (int i = 0; i < 500; i++) {
                store.append(List.of(event("a", "x", "y")), outcome -> answers.countDown());
                store.purge("b").whenComplete((bounds, failure) -> answers.countDown());
              }
            });
    publisher.start();
    await().until(() -> answers.getCount() < 2 * 500);
    get(store.close());
    assertThat(answers.await(20, TimeUnit.SECONDS)).isTrue();
    publisher.join();
    assertThatThrownBy(() -> get(store.purge("a"))).hasStackTraceContaining("the store is closed");
  }

  @Test
  void purgingATopicThatWasNeverUsedTakesNoPlaceOfAnother() {
    get(store.close());
    store = open(settings(1 << 20, 2));
    String epoch = bounds("a").epoch();
    for (int i = 0; i < 10; i++) {
      get(store.purge("never." + i));
    }
    assertThat(get(store.histories(new Pattern(">"), "", 10))).isEmpty();
    assertThat(append(store, event("a", "1", "x"))).isInstanceOf(Stored.class);
    assertThat(bounds("a").epoch()).isEqualTo(epoch);
  }

  @Test
  void aHistoryPastTheBytesOfItsRuleIsCutWhileEventsPourIn() {
    for (int i = 0; i < 300; i++) {
      append(store, event("small.a", "e" + i, "x".repeat(1000)));
      HistoryBounds bounds = bounds("small.a");
      assertThat(bounds.events()).as("events kept of 20 kB").isLessThanOrEqualTo(22);
    }
    assertThat(bounds("small.a").last()).isEqualTo(300);
  }

  @Test
  void whateverIsDoneItReadsAsAModelSays() {
    Random random = new Random(7);
    Map<String, List<String>> model = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      String topic = "t" + random.nextInt(3);
      if (random.nextInt(40) == 0) {
        get(store.purge(topic));
        model.put(topic, new ArrayList<>());
      } else {
        String id = "e" + i;
        append(store, chosen(topic, id, id));
        model.computeIfAbsent(topic, t -> new ArrayList<>()).add(id);
      }
      List<String> expected = model.getOrDefault(topic, List.of());
      int first = Math.max(0, expected.size() - (int) RULE.maxEvents());
      assertThat(ids(read(topic, 0, 1000))).isEqualTo(expected.subList(first, expected.size()));
      assertThat(bounds(topic).last()).isEqualTo(expected.size());
    }
  }
}
