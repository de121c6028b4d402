package dev.carillon.faults;

import dev.carillon.faults.Entry.Delivered;
import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Violation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds one recording of a topic without history to what is promised: at most once, in the order of
 * each source, and whatever was acknowledged while it was subscribed is here or announced, ahead of
 * the next event of its source.
 */
final class PlainCheck {
  private static final int EXAMPLES = 5;

  private final Observed observed;
  private final Terms terms;
  private final Recording recording;
  private final String topic;
  private final Verdict verdict;
  private final Set<Numbered> received = new HashSet<>();
  private final Map<Numbered.Source, Integer> next = new HashMap<>();
  private final List<Publication> missing = new ArrayList<>();
  private long announced;
  private long reported;
  private long uncountedAt = Long.MIN_VALUE;

  PlainCheck(Observed observed, Terms terms, Recording recording, String topic, Verdict verdict) {
    this.observed = observed;
    this.terms = terms;
    this.recording = recording;
    this.topic = topic;
    this.verdict = verdict;
  }

  void run() {
    for (Entry entry : recording.entries()) {
      if (entry instanceof Missing gap && Recording.covers(gap.topic(), topic)) {
        take(gap);
      } else if (entry instanceof Delivered event && event.what().topic().equals(topic)) {
        take(event);
      }
    }
    if (recording.isOpen() && terms.settled()) {
      checkNothingIsMissing();
    }
    checkNotTooMuchIsAnnounced();
  }

  private void take(Missing gap) {
    if (gap.isCounted() && gap.topic().equals(topic)) {
      announced += gap.count();
    } else {
      uncountedAt = gap.at();
    }
  }

  private void take(Delivered event) {
    verdict.delivered();
    Publication sent = observed.publications().get(event.what());
    if (sent == null || sent.outcome() instanceof Outcome.Refused) {
      verdict.violated(
          Kind.PHANTOM,
          "%s got %s, %s",
          recording,
          event.what(),
          sent == null ? "never sent" : sent);
      return;
    }
    if (!received.add(event.what())) {
      verdict.violated(Kind.DUPLICATE, "%s got %s again", recording, event.what());
      return;
    }
    List<Publication> source = observed.from(event.what().source());
    int from = next.getOrDefault(event.what().source(), 0);
    int at = position(source, event.what().number());
    if (at < from) {
      verdict.violated(
          Kind.REORDERED, "%s got %s behind %s", recording, event.what(), source.get(from - 1));
      return;
    }
    source.subList(from, at).forEach(this::skip);
    next.put(event.what().source(), at + 1);
    if (missing.size() > announced + reported) {
      verdict.violated(
          Kind.UNANNOUNCED,
          "%s got %s while %d of the topic are missing and %d announced: %s",
          recording,
          event.what(),
          missing.size(),
          announced,
          examples(missing));
      reported = missing.size() - announced;
    }
  }

  /** Where a number is among those of one source, which are in order. */
  private static int position(List<Publication> source, long number) {
    int low = 0;
    int high = source.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (source.get(middle).what().number() < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** One that did not come although a later one of its source has, or all have. */
  private void skip(Publication sent) {
    if (!sent.isAcknowledged() || sent.sentAt() <= recording.subscribedAt()) {
      return;
    }
    if (observed.isBeyondKnowledge(sent, recording)) {
      verdict.beyondKnowledge();
    } else if (sent.sentAt() < uncountedAt) {
      verdict.lostWithoutCount();
    } else {
      missing.add(sent);
    }
  }

  private void checkNothingIsMissing() {
    for (Publication sent : observed.byTopic().getOrDefault(topic, List.of())) {
      int from = next.getOrDefault(sent.what().source(), 0);
      List<Publication> source = observed.from(sent.what().source());
      if (!received.contains(sent.what())
          && (from == 0 || sent.what().number() > source.get(from - 1).what().number())) {
        skip(sent);
      }
    }
    if (missing.size() > announced + reported) {
      verdict.violated(
          Kind.LOST,
          "%s lacks %d of %s and was announced %d: %s",
          recording,
          missing.size(),
          topic,
          announced,
          examples(missing));
    }
  }

  private void checkNotTooMuchIsAnnounced() {
    long since = recording.askedAt() - terms.slack().toNanos();
    long notReceived =
        observed.byTopic().getOrDefault(topic, List.of()).stream()
            .filter(sent -> sent.sentAt() > since && sent.sentAt() < recording.endedAt())
            .filter(sent -> !(sent.outcome() instanceof Outcome.Refused))
            .filter(sent -> !received.contains(sent.what()))
            .count();
    if (announced > notReceived) {
      verdict.violated(
          Kind.OVERANNOUNCED,
          "%s was announced %d of %s and lacks at most %d",
          recording,
          announced,
          topic,
          notReceived);
    }
  }

  private static String examples(List<Publication> missing) {
    return missing.stream()
        .skip(Math.max(0, missing.size() - EXAMPLES))
        .map(Publication::toString)
        .collect(Collectors.joining(", "));
  }
}
