package dev.carillon.faults;

import dev.carillon.faults.Entry.Delivered;
import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Observed.Parting;
import dev.carillon.faults.Outcome.Acknowledged;
import dev.carillon.faults.Recording.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A made-up course of events: what publishers and subscribers would have written down. */
final class Story {
  static final String PLAIN = "plain.a";
  static final String KEPT = "kept.a";
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<Publication> published = new ArrayList<>();
  private final List<Told> subscribers = new ArrayList<>();
  private final List<Parting> partings = new ArrayList<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();
  private long now = TimeUnit.MINUTES.toNanos(1);
  private String epoch = "e1";
  private int session = 1;

  long now() {
    return now += STEP;
  }

  /** From here on the publisher has another connection. */
  void reconnectPublisher() {
    session++;
  }

  /** From here on histories are others. */
  void beginEpoch(String another) {
    epoch = another;
    offsets.clear();
  }

  private Numbered next(String topic) {
    return new Numbered("p1", session, topic, numbers.merge(topic, 1L, Long::sum));
  }

  private Publication add(Numbered what, long sentAt, Outcome outcome) {
    Publication sent = new Publication(what, "n1", sentAt, 1, outcome);
    published.add(sent);
    return sent;
  }

  Publication acknowledged(String topic) {
    long sentAt = now();
    boolean kept = Terms.DURABLE.keepsHistory().test(topic);
    return add(
        next(topic),
        sentAt,
        kept
            ? new Acknowledged(now(), offsets.merge(topic, 1L, Long::sum), epoch)
            : new Acknowledged(now(), 0, ""));
  }

  /** Acknowledged with a place of the teller's choice. */
  Publication acknowledged(String topic, long offset) {
    long sentAt = now();
    return add(next(topic), sentAt, new Acknowledged(now(), offset, epoch));
  }

  Publication refused(String topic) {
    return add(next(topic), now(), new Outcome.Refused("overloaded"));
  }

  Publication unknown(String topic) {
    return add(next(topic), now(), new Outcome.Unknown());
  }

  /** The connection of a subscriber whose events are told later. */
  Told subscribe(String name, boolean resumes, String... topics) {
    Told told = new Told(name, resumes, List.of(topics), now(), now());
    subscribers.add(told);
    return told;
  }

  /** Two nodes did not know each other from then until now. */
  void parted(String one, String other, long from) {
    partings.add(new Parting(one, other, from, now()));
  }

  /** A node was killed now. */
  void killed(String node) {
    partings.add(Parting.ofKilled(node, now()));
  }

  /** Time goes by. */
  void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  Observed observed() {
    return new Observed(published, subscribers.stream().map(Told::recording).toList(), partings);
  }

  Verdict check(Terms terms) {
    return Checker.check(observed(), terms);
  }

  List<Violation.Kind> violations(Terms terms) {
    return check(terms).violations().stream().map(Violation::kind).toList();
  }

  /** One connection of a subscriber. */
  final class Told {
    private final String name;
    private final boolean resumes;
    private final List<String> topics;
    private final long askedAt;
    private final long subscribedAt;
    private final Map<String, Place> places = new HashMap<>();
    final List<Entry> entries = new ArrayList<>();
    private long endedAt = Recording.OPEN;

    private Told(
        String name, boolean resumes, List<String> topics, long askedAt, long subscribedAt) {
      this.name = name;
      this.resumes = resumes;
      this.topics = topics;
      this.askedAt = askedAt;
      this.subscribedAt = subscribedAt;
    }

    Told at(String topic, long offset) {
      places.put(topic, new Place(epoch, offset));
      return this;
    }

    Told got(Publication... sent) {
      for (Publication one : sent) {
        long offset =
            one.outcome() instanceof Acknowledged acknowledged ? acknowledged.offset() : 0;
        got(one, offset);
      }
      return this;
    }

    Told got(Publication sent, long offset) {
      entries.add(new Delivered(now(), sent.what(), offset, offset == 1 ? epoch : ""));
      return this;
    }

    Told gap(String topic, long count) {
      entries.add(new Missing(now(), topic, count, 0, 0, "", "cluster_loss"));
      return this;
    }

    Told gap(String topic, long from, long to) {
      entries.add(new Missing(now(), topic, to - from + 1, from, to, "", "history_lost"));
      return this;
    }

    Told newEpoch(String topic) {
      entries.add(new Missing(now(), topic, Missing.UNCOUNTED, 0, 0, epoch, "history_lost"));
      return this;
    }

    Told ended() {
      endedAt = now();
      return this;
    }

    private Recording recording() {
      return new Recording(
          name,
          "n2",
          topics,
          resumes,
          askedAt,
          subscribedAt,
          endedAt,
          Map.copyOf(places),
          List.copyOf(entries));
    }
  }
}
