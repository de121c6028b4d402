package dev.carillon.publish;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.EventIds;
import dev.carillon.publish.DeduplicationWindow.Sighting;
import dev.carillon.publish.PublishOutcome.Published;
import dev.carillon.publish.PublishOutcome.Refused;
import dev.carillon.store.AppendOutcome;
import dev.carillon.store.EventStore;
import dev.carillon.store.NewEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Publishes what the connections of one gateway send. Never waits: what finds no room is refused.
 *
 * <p>Confined to the gateway's event loop. All that is published in one turn of the loop goes to
 * the relay together.
 */
public final class Publisher {
  private final PublishSettings settings;
  private final EventRelay relay;
  private final DeduplicationWindow window;
  private final Optional<Histories> histories;
  private final Clock clock;
  private final EventIds ids;

  private List<EventFrame> frames = new ArrayList<>();
  private List<Admitted> admitted = new ArrayList<>();
  private List<Answer> answers = new ArrayList<>();
  private final List<PublishSource> pausedForAll = new ArrayList<>();
  private boolean flushIsDue;
  private long bytesInFlight;
  private long published;
  private long repeats;
  private long refused;

  /** A connection's share of what was sent together. */
  private record Admitted(PublishSource source, long bytes) {}

  /** What a connection hears once its events are with the relay. */
  private record Answer(
      PublishSource source, Consumer<PublishOutcome> outcome, PublishOutcome became) {}

  private record RepeatKey(String topic, String eventId) {}

  public Publisher(
      PublishSettings settings,
      EventRelay relay,
      DeduplicationWindow window,
      Optional<Histories> histories,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.relay = relay;
    this.window = window;
    this.histories = histories;
    this.clock = clock;
    this.ids = new EventIds(random);
  }

  /**
   * Publishes all requests in their order, or none.
   *
   * @param outcome hears once, on this event loop, what became of them: of a refusal as soon as it
   *     is known, of success when they are as safe as their topics promise and the relay has them,
   *     so that what anybody publishes after it, through whichever gateway, comes behind them
   */
  public void publish(
      PublishSource source, List<PublishRequest> requests, Consumer<PublishOutcome> outcome) {
    if (source.waitsFor(() -> publish(source, requests, outcome))) {
      return;
    }
    long bytes = 0;
    for (PublishRequest request : requests) {
      bytes += request.bytes();
    }
    if (!hasRoom(source, bytes)) {
      refused += requests.size();
      outcome.accept(
          new Refused(ErrorCode.OVERLOADED, "too much is on its way already; try again later"));
      return;
    }
    if (histories.isPresent()) {
      Split split = Split.of(requests, histories.get().keeps());
      if (!split.kept().isEmpty()) {
        Optional<String> refusal = histories.get().refusal().get();
        if (refusal.isPresent()) {
          refused += requests.size();
          outcome.accept(new Refused(ErrorCode.STORE_UNAVAILABLE, refusal.get()));
        } else {
          append(histories.get().store(), source, requests, split, outcome);
        }
        return;
      }
    }
    int conflict = firstConflict(requests);
    if (conflict < 0) {
      Sighting[] sightings = new Sighting[requests.size()];
      conflict = remember(requests, sightings);
      if (conflict < 0) {
        Published taken = new Published(take(source, requests, sightings));
        if (frames.isEmpty()) {
          outcome.accept(taken);
        } else {
          answers.add(new Answer(source, outcome, taken));
        }
        return;
      }
    }
    outcome.accept(conflict(requests.get(conflict)));
  }

  private static Refused conflict(PublishRequest request) {
    return new Refused(
        ErrorCode.DUPLICATE_CONFLICT,
        "eventId \"" + request.eventId().orElse("") + "\" was published with other content before");
  }

  // ---- topics with history

  /**
   * Which requests are of topics with history, by index.
   *
   * @param others the rest
   */
  private record Split(List<Integer> kept, List<Integer> others) {
    static Split of(List<PublishRequest> requests, Predicate<String> keeps) {
      List<Integer> kept = new ArrayList<>();
      List<Integer> others = new ArrayList<>();
      for (int i = 0; i < requests.size(); i++) {
        (keeps.test(requests.get(i).topic().name()) ? kept : others).add(i);
      }
      return new Split(kept, others);
    }
  }

  /** Stores what is to be kept; the rest of the requests is published when that has succeeded. */
  private void append(
      EventStore store,
      PublishSource source,
      List<PublishRequest> requests,
      Split split,
      Consumer<PublishOutcome> outcome) {
    List<PublishRequest> others = split.others().stream().map(requests::get).toList();
    int conflict = firstConflict(others);
    if (conflict >= 0) {
      outcome.accept(conflict(others.get(conflict)));
      return;
    }
    long now = clock.millis();
    long bytes = 0;
    List<NewEvent> events = new ArrayList<>(split.kept().size());
    for (int index : split.kept()) {
      PublishRequest request = requests.get(index);
      bytes += request.bytes();
      events.add(newEvent(request, now));
    }
    long kept = bytes;
    admit(source, kept);
    EventRelay.Ticket ticket = relay.prepare(() -> taken(List.of(new Admitted(source, kept))));
    if (!others.isEmpty()) {
      source.holdOrder();
    }
    store.append(
        events,
        appended -> {
          // On the store's writer thread, which alone knows the order of the offsets.
          if (appended instanceof AppendOutcome.Stored stored) {
            ticket.relay(fresh(stored));
          }
          relay.execute(
              () -> {
                if (appended instanceof AppendOutcome.Stored stored) {
                  stored(source, requests, split, stored, outcome);
                } else {
                  ticket.cancel();
                  taken(List.of(new Admitted(source, kept)));
                  answerLater(source, outcome, refusal(appended, requests, split));
                }
                if (!others.isEmpty()) {
                  source.releaseOrder();
                }
              });
        });
  }

  private NewEvent newEvent(PublishRequest request, long now) {
    String id = request.eventId().orElseGet(() -> ids.next(now));
    return new NewEvent(
        new Event(request.topic(), id, now, request.key(), request.data()),
        request.eventId().isPresent(),
        DeduplicationWindow.fingerprint(request));
  }

  private static List<EventFrame> fresh(AppendOutcome.Stored stored) {
    List<EventFrame> fresh = new ArrayList<>(stored.events().size());
    for (AppendOutcome.StoredEvent event : stored.events()) {
      if (!event.repeat()) {
        fresh.add(new EventFrame(event.event()));
      }
    }
    return fresh;
  }

  private void stored(
      PublishSource source,
      List<PublishRequest> requests,
      Split split,
      AppendOutcome.Stored stored,
      Consumer<PublishOutcome> outcome) {
    PublishedEvent[] done = new PublishedEvent[requests.size()];
    for (int i = 0; i < split.kept().size(); i++) {
      AppendOutcome.StoredEvent event = stored.events().get(i);
      if (event.repeat()) {
        repeats++;
        String topic = event.event().topic().name();
        event.event().position().ifPresent(position -> relay.storedAgain(topic, position));
      } else {
        published++;
      }
      done[split.kept().get(i)] = new PublishedEvent(event.event().id(), event.event().position());
    }
    if (!split.others().isEmpty()) {
      List<PublishRequest> others = split.others().stream().map(requests::get).toList();
      Sighting[] sightings = new Sighting[others.size()];
      int conflict = remember(others, sightings);
      if (conflict >= 0) {
        // Another gateway was faster with one of the ids; what is stored stays.
        answerLater(source, outcome, conflict(others.get(conflict)));
        return;
      }
      List<PublishedEvent> taken = take(source, others, sightings);
      for (int i = 0; i < others.size(); i++) {
        done[split.others().get(i)] = taken.get(i);
      }
    }
    answerLater(source, outcome, new Published(List.of(done)));
  }

  private static Refused refusal(
      AppendOutcome appended, List<PublishRequest> requests, Split split) {
    if (appended instanceof AppendOutcome.Conflict conflict) {
      return conflict(requests.get(split.kept().get(conflict.index())));
    }
    String reason =
        appended instanceof AppendOutcome.Unavailable unavailable
            ? unavailable.reason()
            : "the store gave no answer";
    return new Refused(ErrorCode.STORE_UNAVAILABLE, reason);
  }

  private void answerLater(
      PublishSource source, Consumer<PublishOutcome> outcome, PublishOutcome became) {
    answers.add(new Answer(source, outcome, became));
    flushLater();
  }

  private void flushLater() {
    if (!flushIsDue) {
      flushIsDue = true;
      relay.atEndOfTick(this::flush);
    }
  }

  public PublishCounts counts() {
    return new PublishCounts(published, repeats, refused, bytesInFlight);
  }

  /** Whether nothing is on its way to the hubs. */
  public boolean isIdle() {
    return bytesInFlight == 0;
  }

  private boolean hasRoom(PublishSource source, long bytes) {
    // One publish always fits an idle connection, however large a batch the limits allow.
    return fits(bytesInFlight, bytes, settings.maxBytes())
        && fits(source.bytesInFlight(), bytes, settings.maxBytesPerConnection());
  }

  private static boolean fits(long inFlight, long bytes, long max) {
    return inFlight == 0 || inFlight + bytes <= max;
  }

  /** The index of the first request whose id came before with other content, or -1. */
  private int firstConflict(List<PublishRequest> requests) {
    Map<RepeatKey, Long> inThisBatch = requests.size() == 1 ? Map.of() : new HashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      PublishRequest request = requests.get(i);
      if (request.eventId().isPresent()) {
        String eventId = request.eventId().get();
        if (window.look(request, eventId) == Sighting.CONFLICT) {
          return i;
        }
        if (requests.size() > 1) {
          long fingerprint = DeduplicationWindow.fingerprint(request);
          Long earlier =
              inThisBatch.putIfAbsent(new RepeatKey(request.topic().name(), eventId), fingerprint);
          if (earlier != null && earlier != fingerprint) {
            return i;
          }
        }
      }
    }
    return -1;
  }

  /**
   * Remembers the ids of all requests, or of none where another gateway has just published one with
   * other content.
   *
   * @param sightings takes what the window knew of each request
   * @return the index of that one, or -1
   */
  private int remember(List<PublishRequest> requests, Sighting[] sightings) {
    for (int i = 0; i < sightings.length; i++) {
      PublishRequest request = requests.get(i);
      sightings[i] =
          request.eventId().isPresent()
              ? window.remember(request, request.eventId().get())
              : Sighting.NEW;
      if (sightings[i] == Sighting.CONFLICT) {
        for (int earlier = 0; earlier < i; earlier++) {
          if (sightings[earlier] == Sighting.NEW) {
            window.forget(requests.get(earlier));
          }
        }
        return i;
      }
    }
    return -1;
  }

  private List<PublishedEvent> take(
      PublishSource source, List<PublishRequest> requests, Sighting[] sightings) {
    long now = clock.millis();
    long bytes = 0;
    List<PublishedEvent> events = new ArrayList<>(requests.size());
    for (int i = 0; i < sightings.length; i++) {
      PublishRequest request = requests.get(i);
      String id = request.eventId().orElseGet(() -> ids.next(now));
      events.add(new PublishedEvent(id, Optional.empty()));
      if (sightings[i] != Sighting.NEW) {
        repeats++;
      } else {
        bytes += request.bytes();
        add(new Event(request.topic(), id, now, request.key(), request.data()));
      }
    }
    if (bytes > 0) {
      admit(source, bytes);
      admitted.add(new Admitted(source, bytes));
    }
    return events;
  }

  private void admit(PublishSource source, long bytes) {
    bytesInFlight += bytes;
    source.admit(bytes, pauseAbove());
    if (bytesInFlight > settings.maxBytes() / 2 && source.pauseForAll()) {
      pausedForAll.add(source);
    }
  }

  private void add(Event event) {
    flushLater();
    frames.add(new EventFrame(event));
    published++;
  }

  /** Ends the turn's batch early, so that those who leave hear what became of theirs. */
  public void flush() {
    flushIsDue = false;
    if (!frames.isEmpty() || !answers.isEmpty()) {
      send();
    }
  }

  private void send() {
    List<Admitted> sent = admitted;
    List<EventFrame> together = frames;
    List<Answer> due = answers;
    admitted = new ArrayList<>();
    frames = new ArrayList<>();
    answers = new ArrayList<>();
    if (!together.isEmpty()) {
      relay.relay(together, () -> taken(sent));
    }
    due.forEach(answer -> answer.outcome().accept(answer.became()));
    due.forEach(answer -> answer.source().flushAnswers());
  }

  private void taken(List<Admitted> sent) {
    for (Admitted share : sent) {
      bytesInFlight -= share.bytes();
      share.source().release(share.bytes(), pauseAbove());
    }
    if (!pausedForAll.isEmpty() && bytesInFlight <= settings.maxBytes() / 4) {
      pausedForAll.forEach(PublishSource::resumeForAll);
      pausedForAll.clear();
    }
  }

  private long pauseAbove() {
    return settings.maxBytesPerConnection() / 2;
  }
}
