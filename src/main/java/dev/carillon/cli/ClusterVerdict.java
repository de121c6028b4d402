package dev.carillon.cli;

import dev.carillon.cli.ClusterLook.Link;
import dev.carillon.cli.ClusterLook.Member;
import dev.carillon.cli.ClusterLook.Wants;
import dev.carillon.cli.ClusterLook.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the members of a cluster see each other, judged over one look or several.
 *
 * <p>Members describe themselves at slightly different moments, and what they want may change
 * meanwhile. One that is behind in one look is in order when in a later one it knows what the other
 * wanted in the earlier.
 */
final class ClusterVerdict {
  private record Pair(String of, String about) {}

  /** The version that the one has to know by now of the other. */
  private final Map<Pair, Long> due = new HashMap<>();

  private List<String> links = List.of();
  private List<String> interest = List.of();

  /** Judges another look. */
  void add(ClusterLook look) {
    links = new ArrayList<>();
    interest = new ArrayList<>();
    Set<String> names = look.members().stream().map(Member::node).collect(Collectors.toSet());
    Map<String, Wants> wants = new HashMap<>();
    for (Member member : look.members()) {
      member.words().ifPresent(words -> wants.put(member.id(), words.wants()));
    }
    look.unreachable().forEach(node -> links.add(node + " does not answer"));
    for (Member member : look.members()) {
      member.words().ifPresent(words -> judge(look.members(), names, member, words, wants));
    }
  }

  private void judge(
      List<Member> members,
      Set<String> names,
      Member member,
      Words words,
      Map<String, Wants> wants) {
    Set<String> linkedIds = new HashSet<>();
    for (Link link : words.links()) {
      linkedIds.add(link.id());
      if (link.isSuspended()) {
        if (!isEarlierLife(link, names, members)) {
          links.add(
              link.node()
                  + " went without a word; "
                  + member.node()
                  + " counts what it misses until it is back");
        }
      } else if (!link.isUp()) {
        links.add(
            member.node()
                + " and "
                + link.node()
                + " do not reach each other: not heard for "
                + seconds(link.heardMs()));
      } else {
        Optional.ofNullable(wants.get(link.id()))
            .ifPresent(wanted -> compare(new Pair(member.id(), link.id()), member, link, wanted));
      }
    }
    for (Member other : members) {
      if (!other.id().equals(member.id()) && !linkedIds.contains(other.id())) {
        links.add(member.node() + " does not know " + other.node());
      }
    }
  }

  /** A node that started anew is a member; what its earlier life missed is kept for a while. */
  private static boolean isEarlierLife(Link link, Set<String> names, List<Member> members) {
    return names.contains(link.node())
        && members.stream().noneMatch(member -> member.id().equals(link.id()));
  }

  private void compare(Pair pair, Member member, Link link, Wants wanted) {
    Wants believed = link.wants();
    boolean same = believed.version() == wanted.version();
    long dueVersion = due.getOrDefault(pair, wanted.version());
    due.putIfAbsent(pair, wanted.version());
    if (same ? !believed.equals(wanted) : believed.version() < dueVersion) {
      interest.add(
          member.node()
              + " believes that "
              + link.node()
              + " wants "
              + words(believed)
              + ", and it wants "
              + words(wanted));
    }
  }

  private static String words(Wants wants) {
    return wants.topics() + " topics (version " + wants.version() + ")";
  }

  static String seconds(long millis) {
    return millis / 1000 + "." + millis % 1000 / 100 + " s";
  }

  /** Whether another look may show that all is well: only what is known of topics is behind. */
  boolean isWorthAnotherLook() {
    return links.isEmpty() && !interest.isEmpty();
  }

  /** What is wrong, one line each; nothing when all see each other. */
  List<String> mistakes() {
    List<String> all = new ArrayList<>(links);
    all.addAll(interest);
    return all;
  }
}
