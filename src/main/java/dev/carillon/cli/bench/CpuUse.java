package dev.carillon.cli.bench;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * CPU time between two readings.
 *
 * @param wallNanos between them
 * @param machine nanoseconds of all programs
 * @param own nanoseconds of the generator
 * @param ownBusiest the part of the time that its busiest event loop ran, 0 to 1
 * @param server nanoseconds of the server
 * @param serverBusiest the part of the time that its busiest thread ran, 0 to 1
 */
record CpuUse(
    long wallNanos,
    OptionalLong machine,
    long own,
    double ownBusiest,
    OptionalLong server,
    OptionalDouble serverBusiest) {

  static CpuUse between(CpuReading begin, CpuReading end) {
    long wall = Math.max(1, end.atNanos() - begin.atNanos());
    OptionalLong server = difference(begin.server(), end.server());
    OptionalDouble serverBusiest =
        end.serverThreads().isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(busiest(begin.serverThreads(), end.serverThreads(), wall));
    return new CpuUse(
        wall,
        difference(begin.machine(), end.machine()),
        end.own() - begin.own(),
        busiest(begin.ownThreads(), end.ownThreads(), wall),
        server,
        serverBusiest);
  }

  private static OptionalLong difference(OptionalLong begin, OptionalLong end) {
    return begin.isPresent() && end.isPresent()
        ? OptionalLong.of(end.getAsLong() - begin.getAsLong())
        : OptionalLong.empty();
  }

  private static double busiest(Map<Long, Long> begin, Map<Long, Long> end, long wall) {
    long most = 0;
    for (Map.Entry<Long, Long> thread : end.entrySet()) {
      most = Math.max(most, thread.getValue() - begin.getOrDefault(thread.getKey(), 0L));
    }
    return Math.min(1, (double) most / wall);
  }

  /** Cores that all programs kept busy; 0 where that can't be seen. */
  double machineCores() {
    return (double) machine.orElse(0) / wallNanos;
  }

  /** Cores that neither the generator nor the server kept busy; 0 where that can't be seen. */
  double otherCores() {
    return Math.max(0, machineCores() - ownCores() - serverCores().orElse(0));
  }

  double ownCores() {
    return (double) own / wallNanos;
  }

  OptionalDouble serverCores() {
    return server.isPresent()
        ? OptionalDouble.of((double) server.getAsLong() / wallNanos)
        : OptionalDouble.empty();
  }
}
