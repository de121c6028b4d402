package dev.carillon.testing.offences.gateway;

import java.util.concurrent.TimeUnit;

/** Nor in a unit of its own. */
final class SleepsInUnits {
  void sleep() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(1);
  }
}
