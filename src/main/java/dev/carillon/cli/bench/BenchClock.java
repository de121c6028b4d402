package dev.carillon.cli.bench;

/** Nanoseconds since the run began; small enough to be written in few digits. */
final class BenchClock {
  private final long beganNanos = System.nanoTime();

  long nanos() {
    return System.nanoTime() - beganNanos;
  }
}
