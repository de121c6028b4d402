package dev.carillon.faults;

import java.time.Duration;
import java.util.List;

/**
 * One fault and what came of it.
 *
 * @param fault what went wrong
 * @param took how long it and the checks took
 * @param whole how long after its end every node knew again what every other one wanted
 * @param untouched latencies of clients of nodes that it did not touch, while it lasted
 * @param published what the publishers of this generation have sent up to now
 * @param verdict what the checks say of everything up to now
 * @param failures what else was wrong; empty if nothing
 */
record Incident(
    String fault,
    Duration took,
    Duration whole,
    Latencies untouched,
    Published published,
    Verdict verdict,
    List<String> failures) {
  /** Publications by their outcome. */
  record Published(long acknowledged, long refused, long unknown) {
    static Published of(Observed observed) {
      long acknowledged = 0;
      long refused = 0;
      long unknown = 0;
      for (Publication sent : observed.publications().values()) {
        if (sent.isAcknowledged()) {
          acknowledged++;
        } else if (sent.outcome() instanceof Outcome.Refused) {
          refused++;
        } else {
          unknown++;
        }
      }
      return new Published(acknowledged, refused, unknown);
    }
  }

  boolean isRight() {
    return failures.isEmpty() && verdict.violations().isEmpty();
  }

  @Override
  public String toString() {
    return fault
        + ": whole after "
        + whole.toMillis()
        + " ms; untouched "
        + untouched
        + "; "
        + published
        + "; "
        + verdict
        + (failures.isEmpty() ? "" : "\n" + String.join("\n", failures))
        + (verdict.violations().isEmpty()
            ? ""
            : "\n"
                + String.join(
                    "\n", verdict.violations().stream().map(Violation::toString).toList()));
  }
}
