package dev.carillon.cluster;

/**
 * Something to be done once all that it waits for is. Owned by the relay's event loop.
 *
 * <p>Counts itself as one until the last {@link #expect}, so that it can't end early: whoever makes
 * it calls {@link #taken} once when it has said what is to be waited for.
 */
final class Countdown {
  private final Runnable then;
  private int missing = 1;

  Countdown(Runnable then) {
    this.then = then;
  }

  /** One that nothing depends on. */
  static Countdown ofNothing() {
    return new Countdown(() -> {});
  }

  /** One more is to be waited for. */
  void expect() {
    missing++;
  }

  /** One of them is done. */
  void taken() {
    if (--missing == 0) {
      then.run();
    }
  }
}
