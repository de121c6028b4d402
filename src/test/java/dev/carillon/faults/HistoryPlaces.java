package dev.carillon.faults;

import static java.util.stream.Collectors.groupingBy;

import dev.carillon.faults.Outcome.Acknowledged;
import dev.carillon.faults.Violation.Kind;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where each event of the histories is, as publishers and subscribers were told: one event has one
 * place of an epoch, and one place one event.
 */
final class HistoryPlaces {
  private final Verdict verdict;
  private final Map<At, Numbered> events = new HashMap<>();
  private final Map<Of, Long> offsets = new HashMap<>();

  private record At(String topic, String epoch, long offset) {}

  private record Of(String epoch, Numbered what) {}

  private record Known(Publication sent, Acknowledged acknowledged) {}

  HistoryPlaces(Verdict verdict) {
    this.verdict = verdict;
  }

  /** An event was seen at a place; without an epoch that says nothing. */
  void put(String topic, String epoch, long offset, Numbered what) {
    if (epoch.isEmpty()) {
      return;
    }
    Numbered other = events.putIfAbsent(new At(topic, epoch, offset), what);
    if (other != null && !other.equals(what)) {
      verdict.violated(
          Kind.CONFLICT, "%s and %s are both at %s %s %d", other, what, topic, epoch, offset);
    }
    Long elsewhere = offsets.putIfAbsent(new Of(epoch, what), offset);
    if (elsewhere != null && elsewhere != offset) {
      verdict.violated(
          Kind.STORED_TWICE, "%s is at %d and at %d of %s", what, elsewhere, offset, epoch);
    }
  }

  /** Takes the places that were acknowledged, and holds their order to that of time. */
  void putAcknowledged(List<Publication> published) {
    Map<String, List<Known>> byEpoch =
        published.stream()
            .flatMap(
                sent ->
                    sent.outcome() instanceof Acknowledged acknowledged
                        ? Stream.of(new Known(sent, acknowledged))
                        : Stream.empty())
            .collect(groupingBy(known -> known.acknowledged().epoch()));
    byEpoch.forEach(
        (epoch, known) -> {
          known.forEach(
              one ->
                  put(one.sent().topic(), epoch, one.acknowledged().offset(), one.sent().what()));
          checkTime(known);
        });
  }

  /** What was sent after another one's answer is behind that one. */
  private void checkTime(List<Known> known) {
    List<Known> fromLast =
        known.stream()
            .sorted(Comparator.<Known>comparingLong(one -> one.acknowledged().offset()).reversed())
            .toList();
    Known earliest = fromLast.get(0);
    for (Known one : fromLast) {
      if (earliest.acknowledged().at() < one.sent().sentAt()) {
        verdict.violated(
            Kind.LATER_FIRST,
            "%s was acknowledged before %s was sent",
            earliest.sent(),
            one.sent());
      }
      if (one.acknowledged().at() < earliest.acknowledged().at()) {
        earliest = one;
      }
    }
  }
}
