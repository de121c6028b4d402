package dev.carillon.faults;

import java.util.ArrayList;
import java.util.List;

/** What the checks found. To be filled by them, on one thread. */
final class Verdict {
  private final List<Violation> violations = new ArrayList<>();
  private long delivered;
  private long announced;
  private long countedGaps;
  private long uncountedGaps;
  private long uncountedLosses;
  private long beyondKnowledge;
  private long endedWithHistory;

  /** Formats as {@link String#format} does. */
  @SuppressWarnings("AnnotateFormatMethod") // Its annotation would be one more dependency.
  void violated(Violation.Kind kind, String text, Object... details) {
    violations.add(new Violation(kind, text.formatted(details)));
  }

  void delivered() {
    delivered++;
  }

  void gap(Entry.Missing gap) {
    if (gap.isCounted()) {
      countedGaps++;
      announced += gap.count();
    } else {
      uncountedGaps++;
    }
  }

  void lostWithoutCount() {
    uncountedLosses++;
  }

  void beyondKnowledge() {
    beyondKnowledge++;
  }

  void endedWithHistory() {
    endedWithHistory++;
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }

  /** Whether something is wrong that waiting can't undo. */
  boolean isFinal() {
    return violations.stream().anyMatch(violation -> !violation.mayPass());
  }

  /** Events that came, over all subscribers. */
  long received() {
    return delivered;
  }

  /** Events that counted gaps announced. */
  long announced() {
    return announced;
  }

  long countedGaps() {
    return countedGaps;
  }

  long uncountedGaps() {
    return uncountedGaps;
  }

  /** Acknowledged events that did not come and that only a gap without a count stands for. */
  long uncountedLosses() {
    return uncountedLosses;
  }

  /** Events that did not come since nobody could know that they were wanted. */
  long outOfReach() {
    return beyondKnowledge;
  }

  /** Acknowledged events that went with an epoch of a history that may end. */
  long lostWithHistory() {
    return endedWithHistory;
  }

  @Override
  public String toString() {
    return ("delivered %d, announced %d in %d gaps, %d gaps without a count (for %d events), "
            + "%d out of reach, %d ended with a history, violations %d")
        .formatted(
            delivered,
            announced,
            countedGaps,
            uncountedGaps,
            uncountedLosses,
            beyondKnowledge,
            endedWithHistory,
            violations.size());
  }
}
