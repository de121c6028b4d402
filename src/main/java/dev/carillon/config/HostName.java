package dev.carillon.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's name in the form that a node's name may have. */
final class HostName {
  private static final int MAX_LENGTH = 64;

  private HostName() {}

  static String get() {
    return plain(raw());
  }

  private static String raw() {
    try {
      // The kernel is asked first: a name service may take seconds to answer.
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "";
      }
    }
  }

  /** The name with everything replaced that a node's name can't hold. */
  static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length() && plain.length() < MAX_LENGTH; i++) {
      char c = name.charAt(i);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (alphanumeric) {
        plain.append(c);
      } else if (plain.length() > 0) {
        plain.append(c == '.' || c == '_' ? c : '-');
      }
    }
    return plain.length() == 0 ? "node" : plain.toString();
  }
}
