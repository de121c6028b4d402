package dev.carillon.testing.offences.gateway;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Two servers in one process must not share anything that changes. */
@SuppressWarnings({"NonFinalStaticField", "UnusedVariable"})
final class Remembers {
  static int last = 1;
  static final ConcurrentHashMap<String, String> ALL = new ConcurrentHashMap<>();
  static final AtomicLong COUNT = new AtomicLong();

  private Remembers() {}
}
