package dev.carillon.faults;

import dev.carillon.faults.Entry.Delivered;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * How long events took from publisher to subscriber.
 *
 * @param count how many there were
 * @param p50 milliseconds that half of them took at most
 * @param p99 milliseconds that 99 of 100 took at most
 * @param max milliseconds of the slowest
 */
record Latencies(int count, double p50, double p99, double max) {
  /**
   * Those of events that were sent in a time, once, over these nodes, of these topics.
   *
   * @param from as {@link System#nanoTime()}
   */
  static Latencies of(
      Observed observed, Set<String> nodes, Predicate<String> topics, long from, long to) {
    return of(
        observed.recordings().stream()
            .filter(recording -> nodes.contains(recording.node()))
            .flatMap(recording -> recording.entries().stream())
            .mapMultiToLong(
                (entry, each) -> {
                  if (entry instanceof Delivered event && topics.test(event.what().topic())) {
                    Publication sent = observed.publications().get(event.what());
                    if (sent != null
                        && sent.attempts() == 1
                        && nodes.contains(sent.via())
                        && from <= sent.sentAt()
                        && sent.sentAt() <= to) {
                      each.accept(event.at() - sent.sentAt());
                    }
                  }
                }));
  }

  private static Latencies of(LongStream nanos) {
    long[] sorted = nanos.toArray();
    Arrays.sort(sorted);
    return new Latencies(
        sorted.length, quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1));
  }

  private static double quantile(long[] sorted, double part) {
    if (sorted.length == 0) {
      return 0;
    }
    int at = Math.min(sorted.length - 1, (int) (part * sorted.length));
    return sorted[at] / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  @Override
  public String toString() {
    return "%d events, p50 %.1f ms, p99 %.1f ms, max %.1f ms".formatted(count, p50, p99, max);
  }
}
