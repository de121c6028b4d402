package dev.carillon.client;

/** Time as a client sees it; tests put their own in its place. */
interface ClientTimer {

  /** Milliseconds since any fixed moment; never goes back. */
  long nowMs();

  /** Runs a task once, on the client's context, after {@code delayMs}. */
  Timeout schedule(long delayMs, Runnable task);

  /** A task that is still to run. */
  interface Timeout {
    /** Forgets the task; nothing happens when it ran already. */
    void cancel();
  }
}
