package dev.carillon.client;

import java.util.LinkedHashSet;
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

  /** Whether a connection has confirmed it before, so that the next one goes on. */
  private boolean confirmed;

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

  /** Whether somebody has it, or is about to, so that nobody else can say where it begins. */
  boolean isTaken() {
    return !wantedBy.isEmpty() || status == Status.JOINING;
  }

  void setStatus(Status status) {
    this.status = status;
    // Whoever comes while it is given back begins anew.
    confirmed = status == Status.ACTIVE || (confirmed && status != Status.LEAVING);
  }

  boolean wasConfirmed() {
    return confirmed;
  }

  boolean isPattern() {
    return name.indexOf('*') >= 0 || name.indexOf('>') >= 0;
  }
}
