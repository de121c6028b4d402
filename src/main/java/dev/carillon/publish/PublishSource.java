package dev.carillon.publish;

/**
 * One connection that publishes: how much of it is on its way, and whether reading from it is
 * paused.
 *
 * <p>Confined to the event loop of its gateway.
 */
public abstract class PublishSource {
  private long bytesInFlight;
  private boolean pausedForItself;
  private boolean pausedForAll;

  /** Stop reading from the connection, so that its sender feels the pressure. */
  protected abstract void pausePublishing();

  /** Read on. */
  protected abstract void resumePublishing();

  /** Send what outcomes have been answered; called after the last one of a turn of the loop. */
  protected abstract void flushAnswers();

  final long bytesInFlight() {
    return bytesInFlight;
  }

  final void admit(long bytes, long pauseAbove) {
    bytesInFlight += bytes;
    if (bytesInFlight > pauseAbove) {
      set(true, pausedForAll);
    }
  }

  final void release(long bytes, long pauseAbove) {
    bytesInFlight -= bytes;
    if (bytesInFlight <= pauseAbove / 2) {
      set(false, pausedForAll);
    }
  }

  /**
   * Pauses because all connections together have too much on its way; false when it is so already.
   */
  final boolean pauseForAll() {
    boolean fresh = !pausedForAll;
    set(pausedForItself, true);
    return fresh;
  }

  final void resumeForAll() {
    set(pausedForItself, false);
  }

  private void set(boolean forItself, boolean forAll) {
    boolean was = pausedForItself || pausedForAll;
    pausedForItself = forItself;
    pausedForAll = forAll;
    boolean is = forItself || forAll;
    if (is && !was) {
      pausePublishing();
    } else if (was && !is) {
      resumePublishing();
    }
  }
}
