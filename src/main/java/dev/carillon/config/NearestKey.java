package dev.carillon.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known word that somebody may have meant. */
final class NearestKey {
  private final Schema schema;

  NearestKey(Schema schema) {
    this.schema = schema;
  }

  /**
   * The known key nearest to an unknown one.
   *
   * @param key the unknown key, of which any part may be wrong
   */
  Optional<String> of(String key) {
    Optional<String> corrected = corrected(key);
    return corrected.isPresent() ? corrected : elsewhere(key);
  }

  /** Each name of the key replaced by the nearest at its place. */
  private Optional<String> corrected(String key) {
    Rule rule = schema.root();
    String found = "";
    for (String name : Keys.split(key)) {
      String known = name;
      if (Schema.step(rule, name).isEmpty()) {
        if (!(rule instanceof Rule.ObjectRule object)) {
          return Optional.empty();
        }
        Optional<String> nearest = word(name, object.members().keySet());
        if (nearest.isEmpty()) {
          return Optional.empty();
        }
        known = nearest.get();
      }
      rule = Schema.step(rule, known).orElseThrow();
      found = Keys.join(found, known);
    }
    return Optional.of(found);
  }

  /** A key of the same name that stands at another place. */
  private Optional<String> elsewhere(String key) {
    String name = plain(last(key));
    return schema.keys().keySet().stream()
        .filter(known -> plain(last(known)).equals(name))
        .findFirst();
  }

  /** The nearest of some known words, if one is near. */
  static Optional<String> word(String word, Collection<String> known) {
    String wanted = plain(word);
    Optional<String> nearest = Optional.empty();
    int least = Math.max(1, Math.min(wanted.length(), 32) / 3) + 1;
    for (String candidate : known) {
      String other = plain(candidate);
      // A one-letter word is one edit away from everything short.
      int distance = wanted.length() < 2 && !wanted.equals(other) ? least : distance(wanted, other);
      if (distance < least) {
        least = distance;
        nearest = Optional.of(candidate);
      }
    }
    return nearest;
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** The word without what people tend to write differently. */
  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replaceAll("[_ -]", "");
  }

  /** Letters to add, remove, replace or swap with their neighbour. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 16) {
      return Integer.MAX_VALUE;
    }
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int replace = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        distance[i][j] = swapped ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
      }
    }
    return distance[a.length()][b.length()];
  }
}
