package dev.carillon.faults;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What publishers and subscribers wrote down, as the checks want to look at it. */
final class Observed {
  private final Map<Numbered, Publication> publications;
  private final Map<String, List<Publication>> byTopic;
  private final Map<Numbered.Source, List<Publication>> bySource;
  private final List<Recording> recordings;
  private final List<Parting> partings;

  /**
   * A time in which two nodes could not hear of each other's subscriptions.
   *
   * @param from its begin, as {@link System#nanoTime()}
   * @param to when they had found each other again
   */
  record Parting(String one, String other, long from, long to) {
    /** What a node acknowledged so shortly before may not have been on its way to others. */
    private static final long LAST_MOMENT_NANOS = 250_000_000;

    /** The last moment of a node that was killed at a time: it is parted from itself. */
    static Parting ofKilled(String node, long at) {
      return new Parting(node, node, at - LAST_MOMENT_NANOS, at);
    }

    boolean isBetween(String a, String b) {
      return (one.equals(a) && other.equals(b)) || (one.equals(b) && other.equals(a));
    }

    boolean contains(long time) {
      return from <= time && time <= to;
    }
  }

  Observed(List<Publication> publications, List<Recording> recordings, List<Parting> partings) {
    this.publications = publications.stream().collect(toMap(Publication::what, sent -> sent));
    this.byTopic =
        publications.stream().collect(groupingBy(Publication::topic, TreeMap::new, toList()));
    this.bySource =
        publications.stream()
            .sorted(Comparator.comparingLong(sent -> sent.what().number()))
            .collect(groupingBy(sent -> sent.what().source()));
    this.recordings = List.copyOf(recordings);
    this.partings = List.copyOf(partings);
  }

  /** Every publication, by what it says of itself. */
  Map<Numbered, Publication> publications() {
    return publications;
  }

  /** The topics that something was published to, and what. */
  Map<String, List<Publication>> byTopic() {
    return byTopic;
  }

  /** One source's publications in the order of their numbers, those of one session only. */
  List<Publication> from(Numbered.Source source) {
    return bySource.getOrDefault(source, List.of());
  }

  List<Recording> recordings() {
    return recordings;
  }

  /** A subscriber's recordings from first to last, by its name. */
  Map<String, List<Recording>> bySubscriber() {
    return recordings.stream()
        .sorted(Comparator.comparingLong(Recording::askedAt))
        .collect(groupingBy(Recording::subscriber, TreeMap::new, toList()));
  }

  /**
   * Whether the publication's node could not know of the subscription: both happened while the two
   * nodes were parted, or it went with its node, which was killed right then. Neither side can know
   * what is missing, nor that something is.
   */
  boolean isBeyondKnowledge(Publication sent, Recording recording) {
    return partings.stream()
        .anyMatch(
            parting ->
                parting.contains(sent.sentAt())
                    && (parting.isBetween(sent.via(), sent.via())
                        || (parting.isBetween(sent.via(), recording.node())
                            && parting.contains(recording.subscribedAt()))));
  }
}
