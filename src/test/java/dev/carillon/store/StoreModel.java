package dev.carillon.store;

import static dev.carillon.store.Appends.append;
import static dev.carillon.store.Appends.chosen;
import static dev.carillon.store.Appends.get;
import static dev.carillon.store.Appends.ids;
import static dev.carillon.store.Appends.offsets;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.AppendOutcome.Conflict;
import dev.carillon.store.AppendOutcome.Stored;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;

/** Whatever is done to a store, closing and opening too, a naive model says what is read. */
abstract class StoreModel {
  private static final int MAX_EVENTS = 4;
  private static final StoreSettings SETTINGS =
      new StoreSettings(
          1 << 30,
          100,
          Duration.ofDays(1),
          Duration.ofMinutes(2),
          1000,
          1 << 20,
          1,
          topic -> new HistoryRule(MAX_EVENTS, Duration.ofDays(1), 1 << 20));

  /** Something done; a number of 0 purges, one of 1 opens the store again, others append an id. */
  record Step(String topic, int number, boolean otherContent) {}

  /** A history in which nothing is ever removed. */
  private static final class Model {
    final List<String> events = new ArrayList<>();
    final Map<String, String> contents = new LinkedHashMap<>();
    final Map<String, Long> places = new HashMap<>();
    final Set<String> epochs = new HashSet<>();
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of("a", "b.c"),
            Arbitraries.integers().between(0, 12),
            Arbitraries.of(false, false, false, true))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  /** Opens a store; the same name opens the same one again. */
  abstract EventStore open(String name, StoreSettings settings, Clock clock);

  /** Does the steps to a store, and compares each time. */
  final void readsAsTheModelSays(String name, List<Step> steps) {
    Appends.FakeClock clock = new Appends.FakeClock();
    Map<String, Model> models = new HashMap<>();
    EventStore store = open(name, SETTINGS, clock);
    try {
      for (Step step : steps) {
        Model model = models.computeIfAbsent(step.topic(), topic -> new Model());
        if (step.number() == 0) {
          HistoryBounds purged = get(store.purge(step.topic()));
          if (!model.events.isEmpty()) {
            assertThat(model.epochs).doesNotContain(purged.epoch());
          }
          model.events.clear();
          model.contents.clear();
          model.places.clear();
        } else if (step.number() == 1) {
          get(store.close());
          store = open(name, SETTINGS, clock);
        } else {
          publish(store, model, step);
        }
        check(store, step.topic(), model);
      }
    } finally {
      get(store.close());
    }
  }

  private static void publish(EventStore store, Model model, Step step) {
    String id = "id-" + step.number();
    String content = step.otherContent() ? "other" : "x";
    AppendOutcome outcome = append(store, chosen(step.topic(), id, content));
    String before = model.contents.get(id);
    if (before == null) {
      model.events.add(id);
      model.contents.put(id, content);
      model.places.put(id, (long) model.events.size());
      assertThat(offsets(outcome)).containsExactly((long) model.events.size());
    } else if (before.equals(content)) {
      assertThat(offsets(outcome)).containsExactly(model.places.get(id));
      assertThat(((Stored) outcome).events().get(0).repeat()).isTrue();
    } else {
      assertThat(outcome).isEqualTo(new Conflict(0));
    }
  }

  private static void check(EventStore store, String topic, Model model) {
    int size = model.events.size();
    HistoryPage page = get(store.read(topic, 0, 100, Long.MAX_VALUE));
    assertThat(ids(page)).isEqualTo(model.events.subList(Math.max(0, size - MAX_EVENTS), size));
    assertThat(page.bounds()).isEqualTo(get(store.bounds(topic)));
    assertThat(page.bounds().last()).isEqualTo(size);
    if (size > 0) {
      model.epochs.add(page.bounds().epoch());
    }
  }
}
