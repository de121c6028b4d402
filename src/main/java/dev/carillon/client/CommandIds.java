package dev.carillon.client;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers the commands of a client over all its connections, from 1. Safe for all threads. */
final class CommandIds {
  private final AtomicLong last = new AtomicLong();

  long next() {
    return last.incrementAndGet();
  }
}
