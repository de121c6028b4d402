package dev.carillon.hub;

/** Where what a program's own code throws goes: there is nobody who could catch it. */
final class Uncaught {
  private Uncaught() {}

  /** Tells the uncaught-exception handler of this thread, which goes on. */
  static void report(Throwable failure) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
  }
}
