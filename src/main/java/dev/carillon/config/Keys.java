package dev.carillon.config;

import java.util.ArrayList;
import java.util.List;

/** Keys as text: names joined by dots, the entries of a list by their index from 0. */
final class Keys {
  private static final int MAX_INDEX_LENGTH = 6;

  private Keys() {}

  static String join(String parent, String name) {
    return parent.isEmpty() ? name : name.isEmpty() ? parent : parent + "." + name;
  }

  static List<String> split(String key) {
    List<String> names = new ArrayList<>();
    int start = 0;
    for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', start)) {
      names.add(key.substring(start, dot));
      start = dot + 1;
    }
    names.add(key.substring(start));
    return names;
  }

  static boolean isIndex(String name) {
    if (name.isEmpty() || name.length() > MAX_INDEX_LENGTH) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return name.length() == 1 || name.charAt(0) != '0';
  }

  /**
   * {@code http.pingSeconds} as {@code HTTP_PINGSECONDS}, or {@code HTTP_PING_SECONDS} if spaced.
   */
  static String upperCase(String key, boolean spaced) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (spaced && c >= 'A' && c <= 'Z') {
        name.append('_');
      }
      name.append(c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
    }
    return name.toString();
  }
}
