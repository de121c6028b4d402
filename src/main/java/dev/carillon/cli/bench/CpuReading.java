package dev.carillon.cli.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * CPU time spent until one moment, in nanoseconds.
 *
 * @param machine of all programs; empty where that can't be seen
 * @param ownThreads of the generator's event loops
 * @param serverThreads of the server's threads; empty where that can't be seen
 */
record CpuReading(
    long atNanos,
    OptionalLong machine,
    long own,
    Map<Long, Long> ownThreads,
    OptionalLong server,
    Map<Long, Long> serverThreads) {
  // Linux counts in hundredths of a second towards programs, whatever the kernel's own tick is.
  private static final long NANOS_A_TICK = 10_000_000;

  static CpuReading take(List<Long> ownThreadIds, OptionalLong serverPid) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<Long, Long> own = new HashMap<>();
    for (long id : ownThreadIds) {
      own.put(id, Math.max(0, threads.getThreadCpuTime(id)));
    }
    OptionalLong server =
        serverPid.isPresent() ? processTime(serverPid.getAsLong()) : OptionalLong.empty();
    Map<Long, Long> serverThreads =
        serverPid.isPresent() ? threadTimes(serverPid.getAsLong()) : Map.of();
    return new CpuReading(System.nanoTime(), machineTime(), ownTime(), own, server, serverThreads);
  }

  private static OptionalLong machineTime() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      return OptionalLong.of(busyTicks(lines.findFirst().orElse("")) * NANOS_A_TICK);
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Of "cpu user nice system idle iowait irq softirq …" all but the two that are rest. */
  static long busyTicks(String line) {
    String[] fields = line.strip().split("\\s+", -1);
    long busy = 0;
    for (int i = 1; i < Math.min(fields.length, 8); i++) {
      busy += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]);
    }
    return busy;
  }

  private static long ownTime() {
    return ProcessHandle.current().info().totalCpuDuration().map(time -> time.toNanos()).orElse(0L);
  }

  private static OptionalLong processTime(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(time -> OptionalLong.of(time.toNanos()))
        .orElse(OptionalLong.empty());
  }

  private static Map<Long, Long> threadTimes(long pid) {
    Map<Long, Long> times = new HashMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : new ArrayList<>(tasks.toList())) {
        long id = Long.parseLong(task.getFileName().toString());
        times.put(id, ticks(Files.readString(task.resolve("stat"))) * NANOS_A_TICK);
      }
    } catch (IOException | NumberFormatException e) {
      // Not Linux, not ours to read, or a thread that ended meanwhile: what was read counts.
      return times;
    }
    return times;
  }

  /** User and system time: fields 14 and 15, counted after the name, which may hold anything. */
  static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
