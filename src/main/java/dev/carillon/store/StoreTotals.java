package dev.carillon.store;

/**
 * What a store holds that several processes change: as it was counted last, and what this process
 * added since. What others added since is missing, for as long as it takes to count again. For any
 * thread; one adds and one counts.
 */
final class StoreTotals {
  private volatile Own own = new Own(0, 0);
  private volatile Counted counted = new Counted(new Own(0, 0), 0, 0, 0);

  /** What this process added since it began. */
  record Own(long bytes, int topics) {}

  private record Counted(Own before, long bytes, int topics, long ids) {}

  /** Takes note of a committed transaction. For the writer thread. */
  void add(long bytes, int topics) {
    own = new Own(own.bytes() + bytes, own.topics() + topics);
  }

  /** What is to be handed to {@link #counted}; asked for before the counting begins. */
  Own own() {
    return own;
  }

  /**
   * Takes note of a count. What was committed while it ran may count twice until the next one:
   * never too little.
   */
  void counted(Own before, long bytes, int topics, long ids) {
    counted = new Counted(before, bytes, topics, ids);
  }

  long bytes() {
    Counted last = counted;
    return last.bytes() + own.bytes() - last.before().bytes();
  }

  int topics() {
    Counted last = counted;
    return last.topics() + own.topics() - last.before().topics();
  }

  /** Chosen ids when they were counted last. */
  long ids() {
    return counted.ids();
  }
}
