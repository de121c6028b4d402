package dev.carillon.client;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A topic or pattern that subscriptions ask for, and what the server knows of it. */
final class WantedTopic {

  /** How the present connection stands to the topic. */
  enum Status {
    /** The server does not know that we want it. */
    ABSENT,
    /** Asked for, not answered. */
    JOINING,
    /** Confirmed. */
    ACTIVE,
    /** Given back, not answered. */
    LEAVING
  }

  private final String name;
  private final Set<Subscription> wantedBy = new LinkedHashSet<>();
  private Status status = Status.ABSENT;
  private Optional<String> epoch = Optional.empty();
  private OptionalLong offset = OptionalLong.empty();

  WantedTopic(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Set<Subscription> wantedBy() {
    return wantedBy;
  }

  Status status() {
    return status;
  }

  void setStatus(Status status) {
    this.status = status;
  }

  /**
   * The server's word on where the topic's history stands.
   *
   * @param resumed whether it answers a resume: then its last offset is still to come
   */
  void startAt(String newEpoch, OptionalLong last, boolean resumed) {
    boolean sameLife = epoch.isPresent() && epoch.get().equals(newEpoch);
    epoch = Optional.of(newEpoch);
    if (!resumed) {
      offset = last;
    } else if (!sameLife) {
      offset = OptionalLong.of(0);
    }
  }

  /** An event, or the end of a gap, was seen at this offset. */
  void reached(OptionalLong at) {
    if (at.isPresent() && (offset.isEmpty() || at.getAsLong() > offset.getAsLong())) {
      offset = at;
    }
  }

  Optional<String> epoch() {
    return epoch;
  }

  OptionalLong offset() {
    return offset;
  }
}
