package dev.carillon.publish;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.EventIds;
import dev.carillon.publish.DeduplicationWindow.Sighting;
import dev.carillon.publish.PublishOutcome.Published;
import dev.carillon.publish.PublishOutcome.Refused;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
  private final Clock clock;
  private final EventIds ids;

  private List<EventFrame> frames = new ArrayList<>();
  private List<Admitted> admitted = new ArrayList<>();
  private List<Answer> answers = new ArrayList<>();
  private final List<PublishSource> pausedForAll = new ArrayList<>();
  private long bytesInFlight;
  private long published;
  private long repeats;
  private long refused;

  /** A connection's share of what was sent together. */
  private record Admitted(PublishSource source, long bytes) {}

  /** What a connection hears once its events are with the relay. */
  private record Answer(
      PublishSource source, Consumer<PublishOutcome> outcome, Published published) {}

  private record RepeatKey(String topic, String eventId) {}

  public Publisher(
      PublishSettings settings,
      EventRelay relay,
      DeduplicationWindow window,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.relay = relay;
    this.window = window;
    this.clock = clock;
    this.ids = new EventIds(random);
  }

  /**
   * Publishes all requests in their order, or none.
   *
   * @param outcome hears once, on this event loop, what became of them: of a refusal at once, of
   *     success when the relay has the events, so that what anybody publishes after it, through
   *     whichever gateway, comes behind them
   */
  public void publish(
      PublishSource source, List<PublishRequest> requests, Consumer<PublishOutcome> outcome) {
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
    outcome.accept(
        new Refused(
            ErrorCode.DUPLICATE_CONFLICT,
            "eventId \""
                + requests.get(conflict).eventId().orElse("")
                + "\" was published with other content before"));
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

  private List<String> take(
      PublishSource source, List<PublishRequest> requests, Sighting[] sightings) {
    long now = clock.millis();
    long bytes = 0;
    List<String> eventIds = new ArrayList<>(requests.size());
    for (int i = 0; i < sightings.length; i++) {
      PublishRequest request = requests.get(i);
      String id = request.eventId().orElseGet(() -> ids.next(now));
      eventIds.add(id);
      if (sightings[i] != Sighting.NEW) {
        repeats++;
      } else {
        bytes += request.bytes();
        add(new Event(request.topic(), id, now, request.key(), request.data()));
      }
    }
    if (bytes > 0) {
      bytesInFlight += bytes;
      source.admit(bytes, pauseAbove());
      admitted.add(new Admitted(source, bytes));
      if (bytesInFlight > settings.maxBytes() / 2 && source.pauseForAll()) {
        pausedForAll.add(source);
      }
    }
    return eventIds;
  }

  private void add(Event event) {
    if (frames.isEmpty()) {
      relay.atEndOfTick(this::flush);
    }
    frames.add(new EventFrame(event));
    published++;
  }

  /** Ends the turn's batch early, so that those who leave hear what became of theirs. */
  public void flush() {
    if (!frames.isEmpty()) {
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
    relay.relay(together, () -> taken(sent));
    due.forEach(answer -> answer.outcome().accept(answer.published()));
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
