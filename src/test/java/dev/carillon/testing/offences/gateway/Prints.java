package dev.carillon.testing.offences.gateway;

import dev.carillon.testing.offences.hub.SpeaksHttp;

/** Only the command line writes to the console. */
public record Prints(SpeaksHttp below) {
  @SuppressWarnings("SystemOut")
  void print() {
    System.out.println(below);
  }
}
