package dev.carillon.cli;

import dev.carillon.cli.ClusterLook.Link;
import dev.carillon.cli.ClusterLook.Member;
import dev.carillon.cli.ClusterLook.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A cluster as a table for people. */
final class ClusterTable {
  private static final List<String> HEAD =
      List.of("NODE", "ADDRESS", "VERSION", "READY", "SUBSCRIBERS", "TOPICS", "LINKED");
  private static final String UNKNOWN = "?";
  private static final String NONE = "-";

  private ClusterTable() {}

  /** A row for each member, then a line for each link that is not up or that lost events. */
  static List<String> lines(ClusterLook look) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    look.members().forEach(member -> rows.add(row(look, member)));
    List<String> lines = new ArrayList<>(aligned(rows));
    for (Member member : look.members()) {
      member
          .words()
          .ifPresent(
              words ->
                  words.links().stream()
                      .filter(link -> !link.isUp() || link.lost() > 0)
                      .forEach(link -> lines.add(line(member, link))));
    }
    return lines;
  }

  private static List<String> row(ClusterLook look, Member member) {
    String place = member.place().isEmpty() ? NONE : member.place();
    Optional<Words> answered = member.words();
    if (answered.isEmpty()) {
      return List.of(member.node(), place, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }
    Words words = answered.get();
    return List.of(
        member.node(),
        place,
        words.version(),
        words.ready() ? "yes" : "no",
        number(words.subscribers()),
        number(words.topics()),
        words.linked() + "/" + look.members().size());
  }

  private static String line(Member member, Link link) {
    return member.node()
        + " -> "
        + link.node()
        + ": "
        + link.state()
        + ", lost "
        + number(link.lost())
        + " events, "
        + number(link.inFlightBytes())
        + " of "
        + number(link.windowBytes())
        + " bytes on their way for "
        + ClusterVerdict.seconds(link.lagMs())
        + ", heard "
        + ClusterVerdict.seconds(link.heardMs())
        + " ago";
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static List<String> aligned(List<List<String>> rows) {
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream()
        .map(
            row -> {
              StringBuilder line = new StringBuilder();
              for (int i = 0; i < widths.length; i++) {
                char[] space = new char[widths[i] - row.get(i).length() + 2];
                Arrays.fill(space, ' ');
                line.append(row.get(i)).append(space);
              }
              return line.toString().stripTrailing();
            })
        .toList();
  }
}
