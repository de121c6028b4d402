package dev.carillon.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The JVM and the process as metrics. Read from the platform's own counters, which have counted
 * since the process began, although nobody asked before.
 */
final class RuntimeSamples {
  private static final Path LINUX_STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  private RuntimeSamples() {}

  /** Adds what it finds. Reads a file: not for an event loop. */
  static void addTo(MetricSamples samples) {
    samples.add(Metric.BUILD_INFO, 1, version(), Runtime.version().toString());
    addMemory(samples);
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      samples.add(Metric.JVM_GC_COLLECTIONS, Math.max(0, gc.getCollectionCount()), gc.getName());
      samples.add(Metric.JVM_GC_SECONDS, Math.max(0, gc.getCollectionTime()) / 1e3, gc.getName());
    }
    samples.add(Metric.JVM_THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    addProcess(samples);
  }

  /** Of Carillon, as the jar names it. */
  static String version() {
    String version = Node.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static void addMemory(MetricSamples samples) {
    var memory = ManagementFactory.getMemoryMXBean();
    addArea(samples, "heap", memory.getHeapMemoryUsage());
    addArea(samples, "nonheap", memory.getNonHeapMemoryUsage());
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      samples.add(Metric.JVM_BUFFERS, pool.getMemoryUsed(), pool.getName());
    }
    samples.add(Metric.NETTY_DIRECT, Math.max(0, PlatformDependent.usedDirectMemory()));
  }

  private static void addArea(MetricSamples samples, String area, MemoryUsage usage) {
    samples.add(Metric.JVM_MEMORY_USED, usage.getUsed(), area);
    samples.add(Metric.JVM_MEMORY_COMMITTED, usage.getCommitted(), area);
    if (usage.getMax() >= 0) {
      samples.add(Metric.JVM_MEMORY_MAX, usage.getMax(), area);
    }
  }

  private static void addProcess(MetricSamples samples) {
    samples.add(Metric.PROCESS_START, ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      samples.add(Metric.PROCESS_CPU, unix.getProcessCpuTime() / 1e9);
      samples.add(Metric.PROCESS_OPEN_FILES, unix.getOpenFileDescriptorCount());
      samples.add(Metric.PROCESS_MAX_FILES, unix.getMaxFileDescriptorCount());
    }
    if (Files.isReadable(LINUX_STATUS)) {
      try {
        Files.readAllLines(LINUX_STATUS, StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.startsWith(RESIDENT))
            .map(line -> line.replaceAll("[^0-9]", ""))
            .forEach(kib -> samples.add(Metric.PROCESS_RESIDENT, Long.parseLong(kib) * 1024.0));
      } catch (IOException e) {
        // The system does not say: the metric is absent.
        return;
      }
    }
  }
}
