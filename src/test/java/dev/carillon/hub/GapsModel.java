package dev.carillon.hub;

import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import java.util.ArrayList;
import java.util.List;

/** What {@link PendingGaps} should do, as a list and loops. */
final class GapsModel {
  private final int maxTopics;

  /** At most one for each topic and reason, those of a topic next to each other. */
  private final List<Gap> gaps = new ArrayList<>();

  GapsModel(int maxTopics) {
    this.maxTopics = maxTopics;
  }

  void add(Gap gap) {
    String place = gap.isCounted() ? placeOf(gap.topic()) : "uncounted";
    int at = 0;
    while (at < gaps.size() && isBefore(gaps.get(at), place, gap.reason())) {
      at++;
    }
    if (at < gaps.size()
        && gaps.get(at).topic().equals(place)
        && gaps.get(at).reason() == gap.reason()) {
      gaps.set(at, new Gap(place, gaps.get(at).count() + gap.count(), gap.reason()));
    } else {
      gaps.add(at, new Gap(place, gap.count(), gap.reason()));
    }
  }

  Gap poll() {
    Gap gap = gaps.remove(0);
    return gap.isCounted() ? gap : new Gap(">", gap.count(), gap.reason());
  }

  boolean isEmpty() {
    return gaps.isEmpty();
  }

  boolean precedes(String topic) {
    return gaps.stream().anyMatch(g -> List.of(topic, ">", "uncounted").contains(g.topic()));
  }

  /** One a topic and reason, whether or not there are that many, and what nobody can count. */
  long maxGaps() {
    return (long) places().size() * GapReason.values().length
        + gaps.stream().filter(gap -> !gap.isCounted()).count();
  }

  void clear() {
    gaps.clear();
  }

  private String placeOf(String topic) {
    return places().contains(topic) || places().size() < maxTopics - 1 ? topic : ">";
  }

  private List<String> places() {
    return gaps.stream().filter(Gap::isCounted).map(Gap::topic).distinct().toList();
  }

  /** Topics in the order of their first loss, what nobody can count last; then by reason. */
  private boolean isBefore(Gap present, String place, GapReason reason) {
    if (present.topic().equals(place)) {
      return present.reason().compareTo(reason) < 0;
    }
    boolean placed = gaps.stream().anyMatch(gap -> gap.topic().equals(place));
    if (!placed) {
      return present.isCounted() || place.equals("uncounted");
    }
    int first = gaps.stream().map(Gap::topic).toList().indexOf(place);
    return gaps.indexOf(present) < first;
  }
}
