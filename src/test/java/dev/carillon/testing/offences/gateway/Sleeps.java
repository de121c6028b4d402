package dev.carillon.testing.offences.gateway;

/** An event loop must not sleep. */
final class Sleeps {
  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }
}
