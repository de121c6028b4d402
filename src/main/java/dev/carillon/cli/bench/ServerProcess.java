package dev.carillon.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What Linux tells of the server's process. */
record ServerProcess(long pid) {

  /** Resident memory in bytes. */
  OptionalLong memory() {
    return field("VmRSS")
        .map(text -> text.replaceAll("\\D", ""))
        .filter(text -> !text.isEmpty())
        .map(kib -> OptionalLong.of(Long.parseLong(kib) << 10))
        .orElse(OptionalLong.empty());
  }

  /** The cores that it may run on. */
  OptionalInt cores() {
    return field("Cpus_allowed_list")
        .map(text -> OptionalInt.of(count(text)))
        .orElse(OptionalInt.empty());
  }

  /** The cores of this machine, whoever may use them. */
  static OptionalInt machineCores() {
    try {
      return OptionalInt.of(count(Files.readString(Path.of("/sys/devices/system/cpu/online"))));
    } catch (IOException | NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** How many numbers a list such as {@code 0-3,8} holds. */
  static int count(String list) {
    int count = 0;
    for (String range : list.split(",", -1)) {
      String[] ends = range.strip().split("-", -1);
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }

  private Optional<String> field(String name) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
