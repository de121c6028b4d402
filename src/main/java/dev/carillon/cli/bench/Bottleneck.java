package dev.carillon.cli.bench;

import java.util.Locale;
import java.util.OptionalInt;

/** Which side could not do more. */
final class Bottleneck {
  private static final double BUSY = 0.9;
  // Cores; below it they are noise.
  private static final double OTHERS_MATTER = 0.2;
  // Keeping a rate to within this much is keeping it.
  private static final double RATE_KEPT = 0.98;

  private Bottleneck() {}

  /**
   * Says it in one line.
   *
   * @param pace what was asked for
   * @param perSecond events a second that were sent
   * @param ownCores that the generator may use
   * @param serverCores that the server may use, where known
   * @param allCores of the machine
   */
  static String of(
      BenchPlan.Pace pace,
      double perSecond,
      CpuUse cpu,
      int ownCores,
      OptionalInt serverCores,
      int allCores) {
    boolean keptRate =
        pace instanceof BenchPlan.Rate rate && perSecond >= rate.perSecond() * RATE_KEPT;
    if (keptRate) {
      return "neither: the rate was kept";
    }
    if (cpu.machineCores() >= BUSY * allCores && othersMatter(cpu)) {
      return String.format(
          Locale.ROOT,
          "the machine: other programs used %.1f of its %d cores; measure again without them",
          cpu.otherCores(),
          allCores);
    }
    if (cpu.serverCores().isPresent() && shared(cpu, serverCores, ownCores, allCores)) {
      return "the machine: server and generator together used all of its "
          + allCores
          + " cores; pin them to cores of their own";
    }
    if (cpu.ownBusiest() >= BUSY || cpu.ownCores() >= BUSY * ownCores) {
      return percent(
              "the generator: its busiest event loop ran %d %% of the time", cpu.ownBusiest())
          + "; the server may do more. --loops, fewer subscribers, or more machines";
    }
    if (cpu.serverCores().isEmpty()) {
      return percent(
          "not the generator (its busiest event loop ran %d %% of the time); --pid tells whether it"
              + " was the server",
          cpu.ownBusiest());
    }
    if (serverIsBusy(cpu, serverCores)) {
      return percent(
          "the server: its busiest thread ran %d %% of the time", cpu.serverBusiest().orElse(1));
    }
    return pace instanceof BenchPlan.Window
        ? "neither: both waited for each other; a larger --window gives them more to do"
        : "neither was busy, and yet the rate was not kept: something else is in the way";
  }

  private static boolean othersMatter(CpuUse cpu) {
    return cpu.serverCores().isPresent() && cpu.otherCores() >= OTHERS_MATTER;
  }

  private static boolean shared(CpuUse cpu, OptionalInt serverCores, int ownCores, int allCores) {
    boolean apart = serverCores.isPresent() && serverCores.getAsInt() + ownCores <= allCores;
    return !apart && cpu.ownCores() + cpu.serverCores().orElse(0) >= BUSY * allCores;
  }

  private static boolean serverIsBusy(CpuUse cpu, OptionalInt serverCores) {
    boolean allItsCores =
        serverCores.isPresent() && cpu.serverCores().orElse(0) >= BUSY * serverCores.getAsInt();
    return allItsCores || cpu.serverBusiest().orElse(0) >= BUSY;
  }

  private static String percent(String format, double part) {
    return String.format(Locale.ROOT, format, Math.round(part * 100));
  }
}
