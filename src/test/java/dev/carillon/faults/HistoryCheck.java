package dev.carillon.faults;

import dev.carillon.faults.Entry.Delivered;
import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Recording.Place;
import dev.carillon.faults.Violation.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds the recordings of one subscription to a topic with history to what is promised: each offset
 * of an epoch once and in order, over every reconnect of a subscriber that resumes, without a hole
 * that no gap announced, and everything acknowledged is here.
 */
final class HistoryCheck {
  private static final long ANYWHERE = -1;

  private final Observed observed;
  private final Terms terms;
  private final List<Recording> chain;
  private final String topic;
  private final HistoryPlaces places;
  private final Verdict verdict;
  private final Set<Numbered> received = new HashSet<>();
  private final Set<Numbered> receivedInEpoch = new HashSet<>();
  private final Set<Place> announced = new HashSet<>();
  private String epoch = "";
  private long last = ANYWHERE;
  private long coveredTo;
  private boolean ended;

  /**
   * @param chain the connections of a subscriber that resumes, from first to last, or the one
   *     connection of one that does not
   */
  HistoryCheck(
      Observed observed,
      Terms terms,
      List<Recording> chain,
      String topic,
      HistoryPlaces places,
      Verdict verdict) {
    this.observed = observed;
    this.terms = terms;
    this.chain = chain;
    this.topic = topic;
    this.places = places;
    this.verdict = verdict;
  }

  void run() {
    boolean first = true;
    for (Recording recording : chain) {
      begin(recording, first);
      first = false;
      for (Entry entry : recording.entries()) {
        if (entry instanceof Missing gap && Recording.covers(gap.topic(), topic)) {
          take(recording, gap);
        } else if (entry instanceof Delivered event && event.what().topic().equals(topic)) {
          take(recording, event);
        }
      }
    }
    Recording open = chain.get(chain.size() - 1);
    if (open.isOpen() && terms.settled()) {
      checkNothingIsMissing(open);
    }
  }

  private void begin(Recording recording, boolean first) {
    Place place = recording.places().get(topic);
    if (!recording.resumes()) {
      last = place == null ? ANYWHERE : place.offset();
      epoch = place == null ? "" : place.epoch();
    } else if (first) {
      // A subscriber that resumes asks for everything first.
      last = 0;
      epoch = place == null ? "" : place.epoch();
    }
  }

  private void take(Recording recording, Missing gap) {
    if (!gap.epoch().isEmpty() && !gap.epoch().equals(epoch)) {
      if (!terms.historiesMayEnd()) {
        verdict.violated(
            Kind.HISTORY_LOST,
            "%s: %s has epoch %s after %s, at offset %d",
            recording,
            topic,
            gap.epoch(),
            epoch,
            last);
      }
      beginEpoch(gap.epoch(), ANYWHERE);
      return;
    }
    if (!terms.historiesMayEnd()) {
      verdict.violated(Kind.HISTORY_LOST, "%s: a gap in a history: %s", recording, gap);
    }
    if (gap.from() == 0) {
      last = ANYWHERE;
      return;
    }
    if (gap.from() <= last) {
      verdict.violated(
          Kind.OVERANNOUNCED, "%s got %s up to %d and then %s", recording, topic, last, gap);
    }
    if (gap.from() <= Math.max(last, coveredTo) + 1) {
      coveredTo = Math.max(coveredTo, gap.to());
    }
    for (long offset = gap.from(); offset <= gap.to(); offset++) {
      announced.add(new Place(epoch, offset));
    }
  }

  private void beginEpoch(String another, long from) {
    ended = true;
    epoch = another;
    last = from;
    coveredTo = 0;
    receivedInEpoch.clear();
  }

  private void take(Recording recording, Delivered event) {
    verdict.delivered();
    Numbered what = event.what();
    if (!observed.publications().containsKey(what)) {
      verdict.violated(Kind.PHANTOM, "%s got %s, never sent", recording, what);
      return;
    }
    if (event.offset() <= 0) {
      verdict.violated(Kind.PHANTOM, "%s got %s without an offset", recording, what);
      return;
    }
    if (!event.epoch().isEmpty() && !event.epoch().equals(epoch)) {
      if (!epoch.isEmpty()) {
        verdict.violated(
            Kind.EPOCH_UNANNOUNCED,
            "%s got %s of epoch %s after %s",
            recording,
            what,
            event.epoch(),
            epoch);
        beginEpoch(event.epoch(), ANYWHERE);
      }
      epoch = event.epoch();
    }
    places.put(topic, epoch, event.offset(), what);
    if (last != ANYWHERE && event.offset() <= last) {
      verdict.violated(
          receivedInEpoch.contains(what) ? Kind.DUPLICATE : Kind.REORDERED,
          "%s got %s at offset %d after %d",
          recording,
          what,
          event.offset(),
          last);
    } else {
      if (last != ANYWHERE && event.offset() > last + 1 && coveredTo < event.offset() - 1) {
        verdict.violated(
            Kind.UNANNOUNCED,
            "%s got %s at offset %d after %d",
            recording,
            what,
            event.offset(),
            Math.max(last, coveredTo));
      }
      last = event.offset();
    }
    received.add(what);
    receivedInEpoch.add(what);
  }

  private void checkNothingIsMissing(Recording open) {
    for (Publication sent : observed.byTopic().getOrDefault(topic, List.of())) {
      boolean due = open.resumes() || sent.sentAt() > open.subscribedAt();
      if (!(sent.outcome() instanceof Outcome.Acknowledged acknowledged)
          || !due
          || received.contains(sent.what())
          || announced.contains(new Place(acknowledged.epoch(), acknowledged.offset()))) {
        continue;
      }
      boolean went = ended || !(epoch.isEmpty() || acknowledged.epoch().equals(epoch));
      if (terms.historiesMayEnd() && went && !acknowledged.epoch().equals(epoch)) {
        verdict.endedWithHistory();
      } else {
        verdict.violated(Kind.LOST, "%s lacks %s; it is at %s %d", open, sent, epoch, last);
      }
    }
  }
}
