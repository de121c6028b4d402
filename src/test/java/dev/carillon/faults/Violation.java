package dev.carillon.faults;

/** One promise that was broken, with the event and the subscriber. */
record Violation(Kind kind, String text) {
  enum Kind {
    /** Acknowledged, wanted, and neither here nor announced. It may still come. */
    LOST,
    /** An event came before the announcement of what is missing ahead of it. */
    UNANNOUNCED,
    /** Twice to one subscriber. */
    DUPLICATE,
    /** Behind one that it should be ahead of. */
    REORDERED,
    /** More announced as lost than can be missing. */
    OVERANNOUNCED,
    /** What nobody published, or what was refused. */
    PHANTOM,
    /** Two events at one place of a history. */
    CONFLICT,
    /** One event at two places of a history. */
    STORED_TWICE,
    /** A history lost something, or changed its epoch, although its store may not. */
    HISTORY_LOST,
    /** Another epoch that no gap announced. */
    EPOCH_UNANNOUNCED,
    /** Acknowledged before another one was sent, and yet behind it in the history. */
    LATER_FIRST
  }

  /** Whether waiting may undo it. */
  boolean mayPass() {
    return kind == Kind.LOST;
  }

  @Override
  public String toString() {
    return kind + ": " + text;
  }
}
