package dev.carillon.faults;

import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Violation.Kind;
import java.util.List;

/** Holds everything that was observed to every promise. */
final class Checker {
  private final Observed observed;
  private final Terms terms;
  private final Verdict verdict = new Verdict();
  private final HistoryPlaces places = new HistoryPlaces(verdict);

  private Checker(Observed observed, Terms terms) {
    this.observed = observed;
    this.terms = terms;
  }

  static Verdict check(Observed observed, Terms terms) {
    Checker checker = new Checker(observed, terms);
    checker.run();
    return checker.verdict;
  }

  private void run() {
    observed
        .byTopic()
        .forEach(
            (topic, published) -> {
              if (terms.keepsHistory().test(topic)) {
                places.putAcknowledged(published);
              }
            });
    observed.bySubscriber().values().forEach(this::check);
  }

  private void check(List<Recording> recordings) {
    for (Recording recording : recordings) {
      checkNothingElseCame(recording);
    }
    boolean resumes = recordings.get(0).resumes();
    for (String topic : observed.byTopic().keySet()) {
      List<Recording> wanting =
          recordings.stream().filter(recording -> recording.wants(topic)).toList();
      if (wanting.isEmpty()) {
        continue;
      }
      if (!terms.keepsHistory().test(topic)) {
        wanting.forEach(
            recording -> new PlainCheck(observed, terms, recording, topic, verdict).run());
      } else if (resumes) {
        new HistoryCheck(observed, terms, wanting, topic, places, verdict).run();
      } else {
        wanting.forEach(
            recording ->
                new HistoryCheck(observed, terms, List.of(recording), topic, places, verdict)
                    .run());
      }
    }
  }

  /** Counts the gaps, and looks for what was not asked for. */
  private void checkNothingElseCame(Recording recording) {
    for (Entry entry : recording.entries()) {
      if (entry instanceof Missing gap) {
        verdict.gap(gap);
      } else if (entry instanceof Entry.Delivered event
          && !(recording.wants(event.what().topic())
              && observed.byTopic().containsKey(event.what().topic()))) {
        verdict.violated(Kind.PHANTOM, "%s got %s, not asked for", recording, event.what());
      }
    }
  }
}
