package dev.carillon.store;

import dev.carillon.event.Event;
import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What tests of stores append, and how they wait. */
final class Appends {
  private static final long DEADLINE_SECONDS = 20;

  private Appends() {}

  static NewEvent event(String topic, String id, String data) {
    EventData content = EventData.ofText(data);
    return new NewEvent(
        new Event(new Topic(topic), id, 1_000_000, Optional.of("k"), content),
        false,
        data.hashCode());
  }

  static NewEvent chosen(String topic, String id, String data) {
    NewEvent plain = event(topic, id, data);
    return new NewEvent(plain.event(), true, plain.fingerprint());
  }

  static AppendOutcome append(EventStore store, NewEvent... events) {
    CompletableFuture<AppendOutcome> outcome = new CompletableFuture<>();
    store.append(List.of(events), outcome::complete);
    return get(outcome);
  }

  /** Appends so many events to a topic, one append each; returns the offsets they got. */
  static List<Long> fill(EventStore store, String topic, int events) {
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      offsets.addAll(offsets(append(store, event(topic, "e" + i, "x" + i))));
    }
    return offsets;
  }

  static List<Long> offsets(AppendOutcome outcome) {
    return ((AppendOutcome.Stored) outcome)
        .events().stream().map(stored -> stored.event().position().orElseThrow().offset()).toList();
  }

  static List<String> ids(HistoryPage page) {
    return page.frames().stream().map(frame -> frame.event().id()).toList();
  }

  static List<Long> offsets(HistoryPage page) {
    return page.frames().stream().map(frame -> frame.offset()).toList();
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A clock that only the test moves. */
  static final class FakeClock extends Clock {
    private final AtomicLong millis = new AtomicLong(1_000_000);

    void advance(long byMillis) {
      millis.addAndGet(byMillis);
    }

    @Override
    public long millis() {
      return millis.get();
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
