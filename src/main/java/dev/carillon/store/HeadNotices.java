package dev.carillon.store;

import dev.carillon.store.HeadNotice.HeadChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Notices as the text that goes through a database: a line for each history. */
final class HeadNotices {
  /** PostgreSQL refuses 8000 bytes. */
  private static final int MAX_LENGTH = 7_900;

  private static final String UNKNOWN = "*";

  private HeadNotices() {}

  /** What names, epochs and numbers have in them is ASCII: a character is a byte. */
  static String write(Collection<Head> heads) {
    StringBuilder text = new StringBuilder();
    for (Head head : heads) {
      text.append(head.topic()).append(' ').append(head.epoch()).append(' ').append(head.last());
      text.append('\n');
      if (text.length() > MAX_LENGTH) {
        return UNKNOWN;
      }
    }
    return text.toString();
  }

  /** What cannot be read may be anything. */
  static HeadNotice read(String text) {
    List<HeadChange> heads = new ArrayList<>();
    for (String line : text.lines().toList()) {
      int first = line.indexOf(' ');
      int second = line.indexOf(' ', first + 1);
      try {
        heads.add(
            new HeadChange(
                line.substring(0, first),
                line.substring(first + 1, second),
                Long.parseLong(line.substring(second + 1))));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        return new HeadNotice.Unknown();
      }
    }
    return new HeadNotice.Changed(List.copyOf(heads));
  }
}
